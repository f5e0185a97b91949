"""Figures are counted from what happened, tie to the books to the fen, and lead to the very claims."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from portal.accounts.enums import Role
from portal.notifications.models import Message
from portal.workdays.selectors import workdays_between
from review.decisions.services.decisions import accept_claim, refuse_claim
from review.figures.counting import count_all, count_recent, timed_steps
from review.figures.measures import BOOKED, Measure
from review.figures.models import CountedMonth, DeskFigure, Figure
from review.figures.selectors import FigureFilter, behind, figures_of, officers_of
from review.figures.weekly import send_reports
from review.treasury.models import BudgetLine
from review.treasury.selectors import line_figures, total_figures
from tests.applications.worlds import patent_facts
from tests.factories import act, make_official, suzhou, wuxi
from tests.review.paying import DAY, bring_back, pay
from tests.review.recoveries.worlds import awarded, decided_recovery
from tests.review.worlds import accepted, again, decided, expected, fresh, on, submitted

pytestmark = pytest.mark.django_db


def counted():
    count_all(now=timezone.now() + timedelta(seconds=1))


def this_year(**narrowed):
    year = timezone.localdate().year
    return FigureFilter(date(year, 1, 1), date(year, 12, 1), **narrowed)


def test_numbers_are_those_of_steps_and_lead_to_the_very_claims(office):
    refused = accepted(office)
    refuse_claim(
        refused.pk,
        expected=expected(refused),
        reason="与事实不符",
        grounds=["false", "other"],
        act=act(office.first),
    )
    turned_away = submitted(lines=[patent_facts(2)])
    refuse_claim(
        turned_away.pk,
        expected=expected(turned_away),
        reason="不在本区",
        grounds=["not_here"],
        act=act(office.acceptance),
    )
    passed = decided(office, lines=[patent_facts(3)])
    counted()
    auditor = fresh(make_official(Role.AUDITOR, wuxi()))
    found = figures_of(auditor, this_year())
    numbers = {measure: found.total.count(measure) for measure in Measure}

    assert numbers[Measure.RECEIVED] == 3
    assert numbers[Measure.ACCEPTED] == 2
    assert numbers[Measure.DECLINED] == 1
    # A first officer only proposes a refusal.
    assert numbers[Measure.REFUSED] == 0
    assert numbers[Measure.DECIDED] == 1
    assert found.total.yuan(Measure.DECIDED) == again(passed).approved_amount
    assert [(tally.key, tally.counts) for tally in found.grounds] == [("not_here", {Measure.DECLINED: 1})]
    assert numbers[Measure.IN_TIME] + numbers[Measure.LATE] == 8
    for measure, number in numbers.items():
        page, count = behind(auditor, this_year(), measure)
        assert (count, len(page.rows)) == (number, number), measure
    page, _ = behind(auditor, this_year(), Measure.DECLINED, ground="not_here")
    assert [row.claim.pk for row in page.rows] == [turned_away.pk]
    assert not behind(auditor, this_year(), Measure.DECLINED, ground="other")[0].rows
    assert sum(DeskFigure.objects.values_list("count", flat=True)) == 2


def test_sums_tie_to_the_books_through_payment_return_and_recovery(office):
    claim = awarded(office)
    pay(claim)
    bring_back(claim, day=DAY)
    decided_recovery(office, again(claim), "4000.01")
    counted()
    total = figures_of(fresh(make_official(Role.AUDITOR, wuxi())), this_year()).total
    board = total_figures(line_figures(BudgetLine.objects.all()))
    standing = total.yuan(Measure.PAID) - total.yuan(Measure.BOUNCED)

    assert standing == board["paid"]
    assert total.yuan(Measure.GRANTED) == board["payable"] + board["in_transit"] + board["paid"]
    for measure in BOOKED:
        page, count = behind(fresh(make_official(Role.AUDITOR, wuxi())), this_year(), measure)
        assert count == total.count(measure)
        assert sum((row.yuan for row in page.rows), Decimal(0)) == total.yuan(measure)


def test_counting_again_changes_nothing_and_a_later_step_is_added(office):
    claim = submitted()
    counted()
    before = list(Figure.objects.order_by("pk").values_list("measure", "count", "fen"))
    counted()
    assert sorted(Figure.objects.values_list("measure", "count", "fen")) == sorted(before)
    accepted(office, lines=[patent_facts(2)])
    count_recent(now=timezone.now() + timedelta(seconds=1))
    assert Figure.objects.get(measure=Measure.ACCEPTED).count == 1
    assert Figure.objects.filter(measure=Measure.RECEIVED).get().count == 2
    assert CountedMonth.objects.count() == 1
    assert claim.region_id == Figure.objects.first().region_id


def test_each_sees_the_own_region_and_supervisors_alone_the_officers(client, office, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    accepted(office)
    counted()
    stranger = fresh(make_official(Role.AUDITOR, suzhou()))
    assert not figures_of(stranger, this_year()).total.counts
    assert not officers_of(stranger, this_year())
    for user, sees_officers in ((office.second, True), (office.city, False), (office.decider, True)):
        client.force_login(user)
        page = client.get(reverse("figures:board"))
        assert page.status_code == 200
        assert ("人员办理" in page.content.decode()) == sees_officers
    client.force_login(office.first)
    assert client.get(reverse("figures:board")).status_code == 403


def test_an_office_is_late_by_working_days_that_the_applicant_did_not_take(office, settings):
    claim = submitted()
    day = timezone.localdate()
    later = day + timedelta(days=30)
    accept_claim(claim.pk, expected=expected(claim), act=on(later, office.acceptance))
    taken = workdays_between(day + timedelta(days=1), later)
    for allowed, measure in ((taken, Measure.IN_TIME), (taken - 1, Measure.LATE)):
        settings.REVIEW_WORKDAYS = allowed
        [step] = timed_steps(claim.events.all())
        assert (step.workdays, step.allowed, step.measure) == (taken, allowed, measure)


def test_pages_and_workbook_show_the_same_numbers(client, office, settings, django_assert_max_num_queries):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    claim = decided(office)
    client.force_login(office.decider)
    assert "还没有统计" in client.get(reverse("figures:board")).content.decode()
    counted()
    with django_assert_max_num_queries(22):
        page = client.get(reverse("figures:board"), {"item": claim.item_id}).content.decode()
    assert claim.region.name in page
    assert escape(f"{reverse('figures:behind')}?item={claim.item_id}&measure=received") in page
    for address in (reverse("figures:summary"), reverse("figures:behind")):
        assert client.get(address).status_code == 200
    book = openpyxl.load_workbook(BytesIO(client.get(reverse("figures:export")).content), data_only=True)
    assert book.sheetnames == [
        "按月", "按区县", "按事项", "按企业规模", "不予支持的理由", "在办申报", "人员办理"
    ]  # fmt: skip
    assert book["按区县"]["B4"].value == 1
    wrong = client.get(reverse("figures:board"), {"first": 5, "last": 2})
    assert (wrong.status_code, "截止月份早于开始月份" in wrong.content.decode()) == (400, True)


def test_report_of_the_week_reaches_those_who_answer_for_officers_once(office):
    accepted(office)
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday()) + timedelta(days=7)
    send_reports(monday)
    send_reports(monday)
    told = Message.objects.filter(key=f"weekly:{monday}")
    assert set(told.values_list("user_id", flat=True)) == {office.second.pk, office.decider.pk}
    assert "收件 1 件，受理 1 件" in told.first().body
