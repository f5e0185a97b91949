"""A month's statement ties to the postings, and one month closes with what the next opens with."""

import uuid
from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from portal.accounts.enums import Role
from review.treasury.enums import SourceKind
from review.treasury.models import Posting
from review.treasury.months import month_bounds
from review.treasury.services.lines import LinePlan, create_line, issue_budget
from review.treasury.statements import statement_of
from tests.factories import binhu, make_official, suzhou, wuxi
from tests.review.worlds import on

pytestmark = pytest.mark.django_db
# The last moment of November and the first of December, and sums that papers gave or took then.
DEEDS = ((date(2026, 10, 5), "1000"), (date(2026, 11, 30), "-250.50"), (date(2026, 12, 1), "99.99"))


@pytest.fixture
def lines():
    made = []
    for region in (wuxi(), binhu()):
        officer = make_official(Role.FINANCE, region)
        plan = LinePlan(name="专项", source=SourceKind.CITY)
        line = create_line(region, year=2026, plan=plan, act=on(date(2026, 1, 2), officer))
        for day, sum_ in DEEDS:
            issue_budget(line, amount=Decimal(sum_), paper_no="文", key=uuid.uuid4(), act=on(day, officer))
        made.append(line)
    return made


def test_statement_opens_with_what_came_before_and_closes_with_the_balance_of_its_last_posting(lines):
    rows = {(row.line.pk, row.kind): row for row in statement_of(lines, date(2026, 11, 1))}
    available = rows[lines[0].pk, "available"]

    assert (available.opening, available.gained, available.lost, available.closing) == (
        *(Decimal(1000), 0),
        *(Decimal("250.50"), Decimal("749.50")),
    )
    _, end = month_bounds(date(2026, 11, 1))
    for (line, kind), row in rows.items():
        last = Posting.objects.filter(account__line=line, account__kind=kind, entry__at__lt=end).order_by("sequence")
        assert row.closing == last.last().yuan_after
    for line in lines:
        assert sum(row.closing for row in rows.values() if row.line == line) == 0


@pytest.mark.parametrize("month", [9, 10, 11, 12])
def test_month_opens_with_what_the_month_before_closed_with(lines, month):
    closing = {(row.line.pk, row.kind): row.closing for row in statement_of(lines, date(2026, month, 1))}
    after = date(2026 + month // 12, month % 12 + 1, 1)
    opening = {(row.line.pk, row.kind): row.opening for row in statement_of(lines, after)}

    assert {key: sum_ for key, sum_ in opening.items() if sum_} == {key: sum_ for key, sum_ in closing.items() if sum_}


def test_page_and_sheet_show_ones_own_lines_and_take_no_month_that_is_none(client, settings, lines):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    client.force_login(make_official(Role.FINANCE, binhu()))
    page = client.get(reverse("treasury:statement"), {"month": "2026-11"}).content.decode()
    assert ("749.50" in page, "无锡市滨湖区" in page, page.count("可用指标")) == (True, True, 1)
    assert client.get(reverse("treasury:statement"), {"month": ""}).status_code == 200
    for month in ("2026-13", "199912", "9999-12"):
        for address in ("treasury:statement", "treasury:statement_export"):
            assert client.get(reverse(address), {"month": month}).status_code == 400
    # A month that is none closes no other.
    for month in ("2026-13", ""):
        closing = {"month": month, "intent": "close", "region": "320211"}
        assert client.post(reverse("treasury:close_month"), closing).status_code == 400
    for address in ("treasury:board_export", "statements:year_export"):
        assert client.get(reverse(address), {"year": "20x6"}).status_code == 400
    sheet = client.get(reverse("treasury:statement_export"), {"month": "2026-11"})
    cells = [
        cell
        for row in openpyxl.load_workbook(BytesIO(sheet.content)).active.iter_rows(values_only=True)
        for cell in row
    ]
    assert {749.5, 250.5, 1000} <= set(cells)
    client.force_login(make_official(Role.AUDITOR, suzhou()))
    assert "还没有记账" in client.get(reverse("treasury:statement"), {"month": "2026-11"}).content.decode()
