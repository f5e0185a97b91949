"""Remind applicants of drafts whose call closes soon."""

from collections.abc import Callable
from datetime import date, timedelta

from django.db import transaction

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.claims.services.messages import notify_members
from applications.mandates.enums import Right
from policies.calls.enums import CallState
from portal.core import clock

# Days before the close of a call at which a draft in it is reminded of, once each.
DRAFT_DAYS = (7, 1)
_SLICE = 200


def remind_of_drafts(*, on: date, progress: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Tell the members of each draft that its call closes; run again, nobody is told twice. Returns how many drafts.

    Slice by slice, each in a transaction of its own.
    """
    now = clock.now()
    last = now + timedelta(days=max(DRAFT_DAYS) + 1)
    drafts = Claim.objects.filter(
        status=ClaimStatus.DRAFT, call__state=CallState.PUBLISHED, call__closes_at__gt=now, call__closes_at__lt=last
    ).select_related("item", "applicant", "call")
    total, done, after = drafts.count(), 0, 0
    while some := list(drafts.filter(pk__gt=after).order_by("pk")[:_SLICE]):
        with transaction.atomic():
            for draft in some:
                _remind(draft, on=on)
        done, after = done + len(some), some[-1].pk
        progress(done, total)
    return done


def _remind(draft: Claim, *, on: date) -> None:
    assert draft.call is not None  # noqa: S101 - read by its call
    left = (draft.call.last_day - on).days
    near = [days for days in DRAFT_DAYS if left <= days]
    if not near:
        return
    notify_members(
        draft,
        "claims.draft_closing",
        right=Right.FILL,
        key=f"claim.draft:{draft.pk}:{draft.call.closes_at:%Y%m%d%H%M}:{min(near)}",
        item=draft.item.title,
        applicant=draft.applicant.name,
        call=draft.call.title,
        closes=draft.call.closes_words,
    )
