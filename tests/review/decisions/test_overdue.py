"""A correction that is not handed in: reminded of, told, prolonged or closed, by the stage that asked."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim
from applications.claims.services.corrections import PointAsked
from portal.core.errors import RefusedError, StaleStateError
from portal.notifications.models import Message
from review.decisions.forms.lists import ClaimFilterForm
from review.decisions.selectors.queue import claims_for, queues_of
from review.decisions.services.corrections import return_for_correction
from review.decisions.services.overdue import abandon_claim, prolong_correction, watch_corrections
from tests.factories import act
from tests.review.decisions.pages import as_
from tests.review.worlds import accepted, again, expected, on, submitted

S = ClaimStatus
POINT = PointAsked(line_position=1, field="fees", remark="金额与发票不一致")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_second_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


def asked(claim, officer, *, due_on=None):
    """The claim in correction, due on a day (by default yesterday)."""
    return_for_correction(claim.pk, expected=expected(claim), points=[POINT], act=act(officer))
    due_on = due_on or timezone.localdate() - timedelta(days=1)
    Claim.objects.filter(pk=claim.pk).update(correction_due_on=due_on)
    claim.correction_points.update(due_on=due_on)
    return again(claim)


@pytest.mark.parametrize(("reach", "who"), [(submitted, "acceptance"), (accepted, "first")])
def test_only_the_stage_that_asked_closes_an_overdue_correction_and_its_right_is_free(office, reach, who):
    claim = reach() if reach is submitted else reach(office)
    officer = getattr(office, who)
    claim = asked(claim, officer)
    for other in {office.acceptance, office.first, office.second, office.city, office.decider} - {officer}:
        with pytest.raises(PermissionDenied):
            abandon_claim(claim.pk, expected=expected(claim), reason="逾期", act=act(other))
    with pytest.raises(RefusedError, match="理由"):
        abandon_claim(claim.pk, expected=expected(claim), reason=" ", act=act(officer))
    page = expected(claim)
    abandon_claim(claim.pk, expected=page, reason="经告知后逾期未补正", act=act(officer))
    claim = again(claim)
    assert (claim.status, claim.returned_from, claim.correction_due_on) == (S.ABANDONED, "", None)
    assert set(claim.lines.values_list("exclusive_key", flat=True)) == {None}
    assert Message.objects.filter(user=claim.created_by, title__contains="视为放弃").count() == 1
    with pytest.raises(StaleStateError):
        abandon_claim(claim.pk, expected=page, reason="再来", act=act(officer))


def test_a_correction_is_not_closed_before_its_day_is_over(office):
    claim = asked(submitted(), office.acceptance, due_on=timezone.localdate())
    with pytest.raises(RefusedError, match="还没有过"):
        abandon_claim(claim.pk, expected=expected(claim), reason="急", act=act(office.acceptance))
    assert again(claim).status == S.CORRECTION


@pytest.mark.parametrize(
    ("due", "today", "new"),
    [
        (date(2026, 6, 12), date(2026, 6, 10), date(2026, 6, 16)),
        (date(2026, 6, 1), date(2026, 6, 10), date(2026, 6, 12)),
    ],
)
def test_prolonging_counts_from_the_day_or_from_today_once_a_round(office, due, today, new):
    claim = asked(submitted(), office.acceptance, due_on=due)
    moment = on(today, office.acceptance)
    with pytest.raises(RefusedError, match="1 至 10"):
        prolong_correction(claim.pk, expected=expected(claim), workdays=11, reason="停电", act=moment)
    prolong_correction(claim.pk, expected=expected(claim), workdays=2, reason="停电", act=moment)
    claim = again(claim)
    assert (claim.status, claim.returned_from, claim.correction_round) == (S.CORRECTION, S.SUBMITTED, 1)
    assert claim.correction_due_on == new
    assert set(claim.correction_points.values_list("due_on", flat=True)) == {new}
    with pytest.raises(RefusedError, match="最多延长 1 次"):
        prolong_correction(claim.pk, expected=expected(claim), workdays=2, reason="再停电", act=moment)


def test_nights_remind_once_before_the_day_and_once_after_it(office):
    today = timezone.localdate()
    soon = asked(submitted(), office.acceptance, due_on=today + timedelta(days=2))
    member = soon.created_by
    for night in (0, 1, 3, 4, 5):
        watch_corrections(on=today + timedelta(days=night))
    titles = Message.objects.filter(user=member).values_list("title", flat=True)
    assert sum("补正即将到期" in title for title in titles) == 1
    assert sum("补正已逾期" in title for title in titles) == 1
    assert Message.objects.filter(user=office.acceptance, title__contains="补正已逾期").count() == 1
    assert again(soon).status == S.CORRECTION


def test_the_portal_closes_where_the_city_lets_it_after_its_working_days(office, settings):
    settings.CORRECTION_CLOSE_WORKDAYS = 3
    claim = asked(submitted(), office.acceptance, due_on=date(2026, 6, 5))
    watch_corrections(on=date(2026, 6, 10))
    assert again(claim).status == S.CORRECTION
    watch_corrections(on=date(2026, 6, 11))
    claim = again(claim)
    last = claim.events.last()
    assert (claim.status, last.action, last.actor_name) == (S.ABANDONED, Action.ABANDON, "系统")


def test_overdue_corrections_stand_in_their_queue_and_in_the_search(client, office):
    claim = asked(submitted(), office.acceptance)
    [work] = queues_of(office.acceptance)
    assert list(work.unanswered(office.acceptance)) == [claim]
    found = ClaimFilterForm({"overdue": "on"}).as_filter().apply(claims_for(office.acceptance))
    assert list(found) == [claim]
    as_(client, office.acceptance)
    assert "逾期未补正" in client.get(reverse("review:queue")).content.decode()
    search = client.get(reverse("review:claims"), {"status": "correction", "overdue": "on"}).content.decode()
    assert claim.number in search


def test_the_page_prolongs_and_closes_and_keeps_what_was_typed(client, office):
    claim = asked(submitted(), office.acceptance)
    page, state = reverse("review:claim", args=[claim.key]), {"status": claim.status, "round": claim.round}
    prolong, abandon = (reverse(f"review:{name}", args=[claim.key]) for name in ("prolong", "abandon"))
    as_(client, office.acceptance)
    shown = client.get(page).content.decode()
    assert prolong in shown
    assert abandon in shown
    refused = client.post(prolong, state | {"workdays": "99", "reason": "台风停工"})
    assert refused.status_code == 422
    assert "台风停工" in refused.content.decode()
    assert client.post(prolong, state | {"workdays": "5", "reason": "台风停工"}).status_code == 302
    assert again(claim).correction_due_on > timezone.localdate()
    assert client.post(abandon, state | {"reason": "逾期"}).status_code == 422
    Claim.objects.filter(pk=claim.pk).update(correction_due_on=timezone.localdate() - timedelta(days=1))
    assert client.post(abandon, state | {"reason": "逾期"}).status_code == 302
    assert again(claim).status == S.ABANDONED
    assert client.get(page).status_code == 200
    as_(client, office.first)
    assert abandon not in client.get(page).content.decode()
