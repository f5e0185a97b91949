"""Every night: ask what items' plans ask, remind of days, settle renewals, and end what is void."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim, ClaimEvent
from policies.engine.dates import add_months
from portal.core import clock
from portal.core.actor import ActorContext
from portal.jobs.progress import report_progress
from review.followup.enums import DISPUTES, Act, FollowUpState, Kind
from review.followup.models import FollowUp, Plan
from review.followup.services.matters import GRANTED, Matter, Step, advance, remind, write_matter

# Days before the last one at which a matter is reminded of; a title's renewal takes longer.
REMINDERS, RENEWAL_REMINDERS = (30, 7), (90, 30, 7)
_APPROVED = (Action.APPROVE, Action.RECOGNISE)


def watch_followups(*, on: date) -> None:
    """All of it, in this order; what ran before changes nothing."""
    ask_by_plans(on=on)
    end_void(on=on)
    settle_renewals(on=on)
    remind_of_days(on=on)


def ask_by_plans(*, on: date) -> int:
    """Ask of every granted claim what its item's plans ask, from the approval on; returns how many were asked."""
    asked = 0
    for plan in Plan.objects.filter(retired_at=None).order_by("pk"):
        known = FollowUp.objects.filter(plan=plan, claim=OuterRef("pk"))
        since = ClaimEvent.objects.filter(claim=OuterRef("pk"), action__in=_APPROVED, at__gte=plan.added_at)
        waiting = Claim.objects.filter(~Exists(known), Exists(since), item_id=plan.item_id, status__in=GRANTED)
        ids = list(waiting.order_by("pk").values_list("pk", flat=True))
        for done, pk in enumerate(ids, start=1):
            claim = Claim.objects.select_related("item", "applicant").get(pk=pk)
            approved = claim.events.filter(action__in=_APPROVED).latest("pk")
            due = add_months(timezone.localdate(approved.at), plan.months)
            if due < on:
                continue
            matter = Matter(kind=Kind(plan.kind), title=plan.title, text=plan.text, due_on=due, fields=plan.fields)
            write_matter(claim, matter, act=_system(), plan=plan)
            asked += 1
            if done % 50 == 0 or done == len(ids):
                report_progress(done, len(ids))
    return asked


def end_void(*, on: date) -> None:
    """Cancel what is still asked of claims whose award has ended."""
    words = f"资助已终止（{on:%Y-%m-%d} 核对）。"
    ended = FollowUp.objects.open().exclude(kind__in=DISPUTES).filter(claim__status=ClaimStatus.TERMINATED)
    for pk in list(ended.values_list("pk", flat=True)):
        advance(pk, Act.CANCEL, Step(words=words), act=_system())


def settle_renewals(*, on: date) -> None:
    """Count a title as renewed once the applicant has it again by a later claim; past its day it has expired."""
    later = Claim.objects.filter(
        applicant_id=OuterRef("claim__applicant_id"),
        item_id=OuterRef("claim__item_id"),
        status=ClaimStatus.RECOGNISED,
        status_since__gt=OuterRef("opened_at"),
    ).exclude(pk=OuterRef("claim_id"))
    renewals = FollowUp.objects.filter(kind=Kind.RENEWAL)
    waiting = renewals.filter(state__in=[FollowUpState.ASKED, FollowUpState.EXPIRED])
    for pk in list(waiting.filter(Exists(later)).values_list("pk", flat=True)):
        advance(pk, Act.RENEW, Step(words="已由新的申报重新认定。"), act=_system())
    past = renewals.filter(state=FollowUpState.ASKED, due_on__lt=on)
    for pk in list(past.values_list("pk", flat=True)):
        advance(pk, Act.EXPIRE, Step(words="有效期已满，没有重新认定。"), act=_system())


def remind_of_days(*, on: date) -> None:
    """Tell applicants of days that come, once for each distance, and once of a day that has passed."""
    theirs = FollowUp.objects.exclude(kind__in=DISPUTES).filter(state__in=[FollowUpState.ASKED, FollowUpState.RETURNED])
    farthest = on + timedelta(days=max(RENEWAL_REMINDERS))
    for found in theirs.filter(due_on__lte=farthest).select_related("claim").iterator():
        if found.due_on is None or (found.kind == Kind.INSPECTION and found.state == FollowUpState.ASKED):
            continue
        left = (found.due_on - on).days
        days = RENEWAL_REMINDERS if found.kind == Kind.RENEWAL else REMINDERS
        if left < 0:
            remind(found, "followup.overdue", key=f"overdue:{found.due_on}")
        elif near := [each for each in days if left <= each]:
            remind(found, "followup.due", key=f"due:{found.due_on}:{min(near)}")


def _system() -> ActorContext:
    return ActorContext(None, clock.now())
