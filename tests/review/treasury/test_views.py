"""The board of budgets: who sees which lines, what finance may do there, and that every figure opens its postings."""

import uuid
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from portal.accounts.enums import Role
from review.treasury.enums import SourceKind
from review.treasury.models import BudgetLine
from review.treasury.services.lines import LinePlan, create_line, issue_budget
from tests.factories import act, binhu, make_official, suzhou, wuxi
from tests.review.worlds import decided

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def settings_of_the_test(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


def line_of(officer, region, yuan="1000000"):
    plan = LinePlan(name="知识产权专项", source=SourceKind.CITY)
    line = create_line(region, year=2026, plan=plan, act=act(officer))
    issue_budget(line, amount=Decimal(yuan), paper_no="锡财指1号", key=uuid.uuid4(), act=act(officer))
    return line


def test_finance_sets_up_a_line_issues_a_sum_and_closes_the_year(client):
    officer = make_official(Role.FINANCE, wuxi())
    client.force_login(officer)
    assert "还没有指标" in client.get(reverse("treasury:board")).content.decode()
    wanted = {"region": "320200", "year": "2026", "name": "专利资助", "source": "city"}
    assert client.post(reverse("treasury:new_line"), {**wanted, "year": "26"}).status_code == 422
    assert client.post(reverse("treasury:new_line"), wanted).status_code == 302
    line = BudgetLine.objects.get()
    again = client.post(reverse("treasury:new_line"), wanted)
    assert (again.status_code, "已有名为" in again.content.decode()) == (422, True)
    issue, key = reverse("treasury:issue", args=[line.pk]), uuid.uuid4()
    assert client.post(issue, {"amount": "50万元", "paper_no": "", "key": key}).status_code == 422
    for _ in range(2):
        assert client.post(issue, {"amount": "50万元", "paper_no": "锡财指1号", "key": key}).status_code == 302
    short = client.post(issue, {"amount": "-500,000.01", "paper_no": "调减", "key": uuid.uuid4()})
    assert (short.status_code, "可用 500,000.00 元" in short.content.decode()) == (422, True)
    page = client.get(reverse("treasury:line", args=[line.pk])).content.decode()
    assert page.count("锡财指1号") == 2  # one entry, on two accounts
    close = reverse("treasury:close", args=[line.pk])
    assert "请选择结转到哪一项指标" in client.post(close, {"becomes": ""}).content.decode()
    assert client.post(close, {"becomes": "lapse"}).status_code == 302
    assert "已撤回" in client.post(close, {"intent": "drop"}, follow=True).content.decode()
    assert client.post(close, {"becomes": "lapse"}).status_code == 302
    assert "另一人确认" in client.post(close, {"intent": "confirm"}, follow=True).content.decode()
    client.force_login(make_official(Role.DECISION_MAKER, wuxi()))
    assert "确认办理" in client.get(reverse("treasury:line", args=[line.pk])).content.decode()
    assert "已办结" in client.post(close, {"intent": "confirm"}, follow=True).content.decode()
    assert "500,000.00" not in client.get(reverse("treasury:board")).content.decode()


def test_board_is_the_regions_own_and_the_auditor_reads_all_of_the_city(client):
    city, district = make_official(Role.FINANCE, wuxi()), make_official(Role.FINANCE, binhu())
    mine, theirs = line_of(city, wuxi()), line_of(district, binhu())
    foreign = make_official(Role.FINANCE, suzhou())
    seen = {
        city: {mine},
        district: {theirs},
        foreign: set(),
        make_official(Role.AUDITOR, wuxi()): {mine, theirs},
        make_official(Role.DECISION_MAKER, wuxi()): {mine},
    }
    for person, lines in seen.items():
        client.force_login(person)
        for line in (mine, theirs):
            answer = client.get(reverse("treasury:line", args=[line.pk]))
            assert answer.status_code == (200 if line in lines else 404)
        assert client.get(reverse("treasury:board")).status_code == 200
    client.force_login(make_official(Role.AUDITOR, wuxi()))
    assert client.post(reverse("treasury:issue", args=[mine.pk]), {}).status_code == 403
    client.force_login(make_official(Role.CITY_OFFICER, wuxi()))
    assert client.get(reverse("treasury:board")).status_code == 403


def test_every_figure_opens_its_postings_and_the_sheet_adds_them_up(client, office):
    line_of(office.finance, wuxi())
    claim = decided(office)
    client.force_login(office.finance)
    line = BudgetLine.objects.get(region="320200")
    committed = client.get(reverse("treasury:line", args=[line.pk]), {"figure": "committed"}).content.decode()
    assert claim.number in committed
    assert claim.number not in client.get(reverse("treasury:line", args=[line.pk]), {"figure": "paid"}).content.decode()
    answer = client.get(reverse("treasury:board_export"), {"year": "2026"})
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    values = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert float(1000000) in values


def test_board_asks_few_questions_whatever_the_number_of_lines(client, django_assert_max_num_queries):
    officer = make_official(Role.FINANCE, wuxi())
    for number in range(12):
        plan = LinePlan(name=f"指标{number}", source=SourceKind.CITY)
        create_line(wuxi(), year=2026, plan=plan, act=act(officer))
    client.force_login(officer)
    client.get(reverse("treasury:board"))
    with django_assert_max_num_queries(13):
        client.get(reverse("treasury:board"))
