"""What the nights do with the offices' periods: clocks are set, silence accepts, officers and supervisors are told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from applications.claims.clock import clocks_of
from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim
from portal.accounts.enums import Verification
from portal.accounts.models import Applicant
from portal.audit.models import AuditRecord
from portal.jobs.models import Job
from portal.notifications.models import Message
from portal.workdays import selectors as workdays
from review.deadlines.services import accept_by_silence, start_clocks, supervised_lines
from review.decisions.digest import desk_lines
from review.decisions.selectors.queue import ClaimFilter, claims_for
from tests.applications.worlds import patent_facts
from tests.factories import ClaimFactory
from tests.review.worlds import accepted, again, fresh, submitted

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def due(claim, **days):
    """The claim with its clocks so many days from today."""
    today = timezone.localdate()
    Claim.objects.filter(pk=claim.pk).update(**{name: today + number * DAY for name, number in days.items()})
    return again(claim)


@pytest.mark.parametrize(
    ("rules", "known", "is_accepted"),
    [
        (("accept", ""), True, True),
        (("escalate", "accept"), True, True),
        (("accept", "none"), True, False),
        (("escalate", ""), True, False),
        (("accept", ""), False, False),
    ],
)
def test_who_was_not_taken_up_in_time_counts_as_taken_up_where_the_rules_say_so(settings, rules, known, is_accepted):
    settings.SILENCE, own = rules
    claim = due(submitted(), step_due_on=-1)
    Claim.objects.filter(pk=claim.pk).update(periods={"silence": own, "basis": "第十条"} if own else {})
    if not known:
        Applicant.objects.filter(pk=claim.applicant_id).update(verification=Verification.UNVERIFIED)
    for _ in range(2):
        accept_by_silence(on=timezone.localdate())
    event = claim.events.latest("pk")
    assert again(claim).status == (ClaimStatus.DISTRICT_REVIEW if is_accepted else ClaimStatus.SUBMITTED)
    assert (event.action == Action.DEEM_ACCEPTED) == is_accepted
    assert Job.objects.filter(kind="notices.issue_acceptance").count() == is_accepted
    if is_accepted:
        assert (event.role, event.actor) == ("system", None)
        assert ("第十条" in event.reason) == bool(own)
        assert Message.objects.filter(user=claim.created_by, title="申报视为受理").count() == 1


def test_what_is_still_in_time_is_left_to_its_officer(office, settings):
    settings.SILENCE = "accept"
    claim = due(submitted(), step_due_on=0)
    accept_by_silence(on=timezone.localdate())
    assert again(claim).status == ClaimStatus.SUBMITTED


def test_the_daily_summary_counts_by_the_clocks_and_tells_supervisors_of_what_is_late(office, settings):
    today = timezone.localdate()
    due(submitted(), step_due_on=-1, whole_due_on=50)
    due(accepted(office, lines=[patent_facts(2)]), step_due_on=1, whole_due_on=50)
    (line,) = desk_lines(fresh(office.acceptance), today)
    assert (line.count, line.due, line.late) == (1, 0, 1)
    (line,) = desk_lines(fresh(office.first), today)
    assert (line.count, line.due, line.late) == (1, 1, 0)
    second = fresh(office.second)
    (line,) = supervised_lines(second, today)
    assert (line.count, line.late) == (1, 1)
    assert line.label.startswith("督办：")
    settings.SILENCE = "none"
    assert supervised_lines(second, today) == []


def test_a_clock_without_a_day_is_set_as_soon_as_the_calendar_is_known(office, monkeypatch):
    claim = submitted()
    right = again(claim)
    assert right.step_due_on
    assert right.whole_due_on
    Claim.objects.update(step_due_on=None, whole_due_on=None)
    draft = ClaimFactory(status=ClaimStatus.DRAFT)

    def unknown(day, overrides):
        raise workdays.CalendarUnknownError(day)

    with monkeypatch.context() as patch:
        patch.setattr(workdays, "_is_worked", unknown)
        start_clocks(on=timezone.localdate())
    assert again(claim).whole_due_on is None
    for _ in range(2):
        start_clocks(on=timezone.localdate())
    claim = again(claim)
    assert (claim.step_due_on, claim.whole_due_on) == (right.step_due_on, right.whole_due_on)
    found = clocks_of(claim, claim.events.all(), on=timezone.localdate())
    assert (found.step, found.whole) == (claim.step_due_on, claim.whole_due_on)
    assert AuditRecord.objects.filter(action="claim.clock").count() == 1
    assert again(draft).whole_due_on is None


def test_overdue_holds_late_steps_late_wholes_and_late_corrections(office):
    on_time, step, whole, corrected = (submitted(lines=[patent_facts(number)]) for number in range(1, 5))
    due(step, step_due_on=-1)
    due(whole, whole_due_on=-1)
    due(corrected, correction_due_on=-1)
    Claim.objects.filter(pk=corrected.pk).update(
        status=ClaimStatus.CORRECTION, returned_from=ClaimStatus.SUBMITTED, step_due_on=None, whole_due_on=None
    )
    seen = ClaimFilter(overdue=True).apply(claims_for(fresh(office.acceptance)))
    assert set(seen) == {step, whole, corrected}
    assert on_time not in seen
