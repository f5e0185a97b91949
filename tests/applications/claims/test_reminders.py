"""Drafts are reminded of before their call closes, once at each distance; certificates before their last day."""

from datetime import timedelta

import pytest
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.services.reminders import remind_of_drafts
from applications.rights.lapsing import remind_of_lapses
from applications.rights.models import Right
from policies.calls.models import Call
from portal.notifications.models import Message
from tests.factories import ClaimFactory, make_member

pytestmark = pytest.mark.django_db


def told(member, kind: str) -> int:
    return Message.objects.filter(user=member, kind=kind).count()


def test_a_draft_is_reminded_of_a_week_and_a_day_before_its_call_closes_and_no_claim_that_was_submitted():
    member = make_member()
    own = {"applicant": member.memberships.get().applicant, "created_by": member}
    draft = ClaimFactory(status=ClaimStatus.DRAFT, **own)
    ClaimFactory(status=ClaimStatus.SUBMITTED, **own)
    now = timezone.now()
    for days, count in ((9, 0), (7, 1), (6, 1), (1, 2), (1, 2)):
        Call.objects.filter(pk=draft.call_id).update(closes_at=now + timedelta(days=7, minutes=5))
        remind_of_drafts(on=timezone.localdate(now) + timedelta(days=7 - days))
        assert told(member, "claims.draft_closing") == count, days


def test_a_certificate_is_reminded_of_at_each_distance_and_never_after_its_last_day():
    member = make_member()
    applicant, today = member.memberships.get().applicant, timezone.localdate()
    last = today + timedelta(days=30)
    Right.objects.create(
        applicant=applicant,
        kind="certificate",
        subject_key="1",
        facts={"certificate_no": "165IP180001R0M", "valid_to": last.isoformat()},
        recorded_by=member,
    )
    found = [remind_of_lapses(on=today + timedelta(days=days)) for days in (-61, 0, 1, 24, 31)]
    assert (found, told(member, "rights.lapsing")) == ([0, 1, 1, 1, 0], 2)
