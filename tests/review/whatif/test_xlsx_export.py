"""A report as a workbook and beside another: the same figures, to the fen, for those who may see them."""

import io
import uuid
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from portal.accounts.enums import Role
from tests.applications.worlds import patent_facts
from tests.review.whatif.worlds import done, lower, made, page, simulator, started
from tests.review.worlds import submitted

pytestmark = pytest.mark.django_db


def workbook(client, run):
    response = client.get(reverse("whatif:export", args=[run.key]))
    return load_workbook(io.BytesIO(response.content))


def test_the_sheets_add_up_to_the_page_and_to_each_other_to_the_fen(client, user):
    submitted(lines=[patent_facts(1), patent_facts(2, fees="4321.09")])
    submitted(lines=[patent_facts(3, fees="0.03")])
    run = done(user, lower())
    total = page(client, run).context["report"].total
    book = workbook(client, run)
    for name in ("按事项", "按文件", "按区县", "按规模", "按主体类型", "按年度"):
        rows = list(book[name].iter_rows(values_only=True))
        heads, body, last = rows[2], rows[3:-1], rows[-1]
        for head, expected in (("现行：金额（元）", total.before.amount), ("方案：金额（元）", total.after.amount)):
            at = heads.index(head)
            assert sum(Decimal(str(row[at])) for row in body) == expected
            assert last[at].startswith("=SUM(")
        assert sum(row[heads.index("申报（件）")] for row in body) == total.before.claims
    losers = list(book["减少的申报"].iter_rows(values_only=True))[3:-1]
    assert sum(Decimal(str(row[5])) for row in losers) == total.change


def test_a_workbook_for_the_policy_administrator_names_no_claim(client, user):
    claim = submitted(lines=[patent_facts(1)])
    run = done(user, lower())
    client.force_login(simulator(Role.POLICY_ADMIN))
    cells = [str(cell) for sheet in workbook(client, run) for row in sheet.iter_rows(values_only=True) for cell in row]
    assert not any(claim.number in cell or claim.applicant.name in cell for cell in cells)
    assert "无权查看" in cells


def test_a_name_that_looks_like_a_formula_stays_text(client, user):
    claim = submitted(lines=[patent_facts(1)])
    type(claim.applicant).objects.update(name="=1+1")
    cells = list(workbook(client, done(user, lower()))["减少的申报"].iter_rows(min_row=4, max_row=4, values_only=True))
    assert cells[0][1] == "=1+1"


def test_what_is_not_finished_is_not_exported(client, user):
    run = started(user, made())
    assert client.get(reverse("whatif:export", args=[run.key])).url == reverse("whatif:run", args=[run.key])


def test_two_runs_stand_side_by_side(client, user):
    submitted(lines=[patent_facts(1)])
    first, second, other = done(user, lower()), done(user, lower("3000")), done(user, made(10))
    url = reverse("whatif:compare")
    text = client.get(url, {"a": first.key, "b": second.key}).content.decode()
    for words in ("4,000.00", "3,000.00", "-1,000.00"):
        assert words in text
    assert "范围不同" not in text
    assert "范围不同" in client.get(url, {"a": first.key, "b": other.key}).content.decode()
    assert "两次不同的模拟" in client.get(url, {"a": first.key, "b": first.key}).content.decode()
    assert "unknown" not in client.get(url, {"a": uuid.uuid4(), "b": first.key}).content.decode()


def test_a_comparison_needs_two_finished_runs(client, user):
    assert "至少有两次完成的模拟" in client.get(reverse("whatif:compare")).content.decode()
