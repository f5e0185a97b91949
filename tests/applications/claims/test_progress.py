"""What an applicant is told of where the claim stands."""

from datetime import date

import pytest
from django.utils import timezone

from applications.claims.enums import Action, ClaimStatus, Route
from applications.claims.models import ClaimEvent
from applications.claims.selectors import progress
from applications.claims.selectors.progress import NEXT_AFTER_RETURN, NEXT_STEPS, progress_of, timeline_of
from applications.claims.workflow import actions_for, may_act, workflow_of
from portal.accounts.enums import Role
from portal.workdays.selectors import CalendarUnknownError
from tests.factories import ClaimFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", ClaimStatus)
def test_every_status_has_a_holder_and_a_next_step(status):
    progress = progress_of(ClaimFactory(status=status))
    assert progress.holder
    assert progress.next_step == NEXT_STEPS[status]


def test_a_returned_payment_asks_for_the_account():
    claim = ClaimFactory(status=ClaimStatus.APPROVED)
    for action, said in ((Action.RECORD_RETURN, NEXT_AFTER_RETURN), (Action.APPROVE, NEXT_STEPS[ClaimStatus.APPROVED])):
        ClaimEvent.objects.create(claim=claim, action=action, to_status=ClaimStatus.APPROVED, actor_name="俞财务")
        assert progress_of(claim).next_step == said


def test_the_desk_has_ten_working_days_from_the_next_day_over_the_spring_festival():
    since = timezone.make_aware(timezone.datetime(2026, 2, 9, 10, 0))
    claim = ClaimFactory(status=ClaimStatus.SUBMITTED, status_since=since)
    assert progress_of(claim).expected_on == date(2026, 2, 28)


def test_a_year_without_a_calendar_gives_no_day_instead_of_a_guess(monkeypatch):
    def unknown(first, *, days):
        raise CalendarUnknownError(first)

    monkeypatch.setattr(progress, "add_workdays", unknown)
    assert progress_of(ClaimFactory(status=ClaimStatus.SUBMITTED)).expected_on is None


def test_stages_are_done_current_and_to_come():
    steps = progress_of(ClaimFactory(status=ClaimStatus.CITY_REVIEW)).steps
    assert [step.is_done for step in steps] == [True, True, True, False, False, False]
    assert [step.is_current for step in steps] == [False, False, False, True, False, False]
    paid = progress_of(ClaimFactory(status=ClaimStatus.PAID)).steps
    assert all(step.is_done and not step.is_current for step in paid)
    assert progress_of(ClaimFactory(status=ClaimStatus.REJECTED)).steps == []


def test_the_time_line_names_offices_and_keeps_what_is_internal():
    claim = ClaimFactory(status=ClaimStatus.DISTRICT_REVIEW)
    for action, role in ((Action.ACCEPT, Role.ACCEPTANCE), (Action.SEND_BACK, Role.DISTRICT_SECOND)):
        ClaimEvent.objects.create(
            claim=claim,
            action=action,
            to_status=ClaimStatus.DISTRICT_REVIEW,
            actor_name="周某",
            role=role,
            reason="内部",
        )
    entries = timeline_of(claim)
    assert [(entry["title"], entry["by"]) for entry in entries] == [("受理", "无锡市滨湖区（受理）")]


def test_a_supervisor_may_return_a_claim_that_is_on_the_own_desk_only():
    ask = Action.REQUEST_CORRECTION
    assert may_act(ask, ClaimStatus.DISTRICT_CONFIRMATION, Role.DISTRICT_SECOND)
    assert may_act(ask, ClaimStatus.FINAL_DECISION, Role.DECISION_MAKER)
    assert not may_act(ask, ClaimStatus.DISTRICT_REVIEW, Role.DISTRICT_SECOND)
    assert not may_act(ask, ClaimStatus.CITY_REVIEW, Role.DECISION_MAKER)


def test_every_action_of_the_table_leads_somewhere_else():
    for route in Route:
        for row in workflow_of(route):
            assert row.target not in row.sources
            assert row.parties


def test_a_system_administrator_has_no_action_on_any_claim():
    assert not [a for status in ClaimStatus for a in actions_for(status, Role.SYSTEM_ADMIN)]
