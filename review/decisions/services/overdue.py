"""Corrections past their day, or near it: remind, prolong, and close as abandoned."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim, ClaimEvent
from applications.claims.services.messages import notify_members
from applications.claims.services.transitions import lock_claim, perform_transition
from applications.mandates.enums import Right
from portal.accounts.models import User
from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.notifications.services import notify_users
from portal.workdays.selectors import CalendarUnknownError, add_workdays, workdays_between
from review.decisions.services.locking import ExpectedState, refuse_stale
from review.decisions.services.step_messages import enqueue_notice

# Days before the end of a correction at which its applicant is reminded.
REMINDER_DAYS = 3
# A missed day is told in the nights after it; who was not reachable for so long is not told again.
_TOLD_DAYS = 7
ABANDONED_REASON = "经告知后逾期未补正"


def prolong_correction(
    claim_id: int, *, expected: ExpectedState, workdays: int, reason: str, act: ActorContext
) -> ClaimEvent:
    """Give an applicant more working days for a correction, counted from its day, or from today where that is past.

    Raises StaleStateError where the claim moved on, PermissionDenied for anybody but the stage that asked, RefusedError
    without a reason, for more days than CORRECTION_WORKDAYS, where the round was prolonged as often as
    CORRECTION_PROLONGATIONS allows, or where the calendar of the coming year is not known.
    """
    if not 1 <= workdays <= settings.CORRECTION_WORKDAYS:
        raise RefusedError(f"延长的期限应为 1 至 {settings.CORRECTION_WORKDAYS} 个工作日。")
    with transaction.atomic():
        claim = lock_claim(claim_id)
        refuse_stale(claim, expected)
        if prolongations_left(claim) < 1:
            raise RefusedError(
                f"一次补正最多延长 {settings.CORRECTION_PROLONGATIONS} 次，本次已用完。逾期后可以按视为放弃处理。"
            )
        today = timezone.localdate(act.at)
        last = max(today, claim.correction_due_on or today)
        try:
            due_on = add_workdays(last + timedelta(days=1), days=workdays)
        except CalendarUnknownError as error:
            raise RefusedError(str(error)) from None
        event = perform_transition(
            claim,
            action=Action.PROLONG_CORRECTION,
            act=act,
            reason=reason,
            changes={"correction_due_on": due_on},
        )
        claim.correction_points.filter(round=claim.correction_round).update(due_on=due_on)
        notify_members(
            claim,
            "review.correction_prolonged",
            key=f"claim-event:{event.pk}",
            number=claim.number,
            item=claim.item.title,
            due=due_on.isoformat(),
            reason=event.reason,
        )
    return event


def abandon_claim(claim_id: int, *, expected: ExpectedState | None, reason: str, act: ActorContext) -> ClaimEvent:
    """Close a claim whose correction was not handed in by its day; its rights are free for another claim.

    `expected` is None where the portal itself does it. Raises as `prolong_correction`, RefusedError before the day is
    over.
    """
    with transaction.atomic():
        claim = lock_claim(claim_id)
        if expected is not None:
            refuse_stale(claim, expected)
        if not claim.is_correction_overdue(timezone.localdate(act.at)):
            due = f"（{claim.correction_due_on.isoformat()}）" if claim.correction_due_on else ""
            raise RefusedError(f"补正期限{due}还没有过，不能按视为放弃处理。")
        event = perform_transition(claim, action=Action.ABANDON, act=act, reason=reason)
        enqueue_notice(claim, event)
        notify_members(
            claim,
            "review.abandoned",
            key=f"claim-event:{event.pk}",
            number=claim.number,
            item=claim.item.title,
            reason=event.reason,
        )
    return event


def prolongations_left(claim: Claim) -> int:
    """How often the present round of correction may still be prolonged. One query."""
    asked = claim.events.filter(action=Action.REQUEST_CORRECTION).order_by("-pk").values("pk")[:1]
    done = claim.events.filter(action=Action.PROLONG_CORRECTION, pk__gt=asked).count()
    return max(settings.CORRECTION_PROLONGATIONS - done, 0)


def watch_corrections(*, on: date) -> None:
    """Every night: remind of corrections that end soon, tell of those that ended, close those that the city lets close.

    Each claim in a transaction of its own; what was told once is not told again.
    """
    waiting = Claim.objects.filter(status=ClaimStatus.CORRECTION, correction_due_on__isnull=False)
    soon = waiting.filter(correction_due_on__range=(on, on + timedelta(days=REMINDER_DAYS)))
    for claim in soon.select_related("item").iterator():
        notify_members(
            claim,
            "review.correction_soon",
            right=Right.CORRECT,
            key=f"claim.correction-soon:{claim.pk}:{claim.correction_due_on}",
            number=claim.number,
            item=claim.item.title,
            due=claim.correction_due_on,
        )
    missed = waiting.filter(correction_due_on__range=(on - timedelta(days=_TOLD_DAYS), on - timedelta(days=1)))
    for claim in missed.select_related("item", "applicant").iterator():
        _tell_of_missed_day(claim)
    if settings.CORRECTION_CLOSE_WORKDAYS:
        for claim in waiting.filter(correction_due_on__lt=on).iterator():
            _close_unanswered(claim, on=on)


def _tell_of_missed_day(claim: Claim) -> None:
    key = f"claim.correction-missed:{claim.pk}:{claim.correction_due_on}"
    said: dict[str, Any] = {"number": claim.number, "item": claim.item.title}
    notify_members(claim, "review.correction_missed", key=key, right=Right.CORRECT, due=claim.correction_due_on, **said)
    asked = claim.correction_points.filter(round=claim.correction_round).values("asked_by")
    notify_users(
        User.objects.filter(pk__in=asked),
        "review.correction_missed_officer",
        key=f"{key}:officer",
        url=reverse("review:claim", args=[claim.key]),
        region_code=claim.region_id,
        applicant=claim.applicant.name,
        **said,
    )


def _close_unanswered(claim: Claim, *, on: date) -> None:
    try:
        late = workdays_between((claim.correction_due_on or on) + timedelta(days=1), on)
    except CalendarUnknownError:
        return
    if late <= settings.CORRECTION_CLOSE_WORKDAYS:
        return
    try:
        abandon_claim(claim.pk, expected=None, reason=ABANDONED_REASON, act=ActorContext(None, clock.now()))
    except RefusedError:
        # Its applicant handed it in, or an officer prolonged it, since it was read.
        return
