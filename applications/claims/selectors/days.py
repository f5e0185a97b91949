"""The days of one's claims for one's own calendar: drafts' closes and corrections' last days."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Q
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.claims.visibility import own_side
from policies.calls.enums import CallState
from portal.accounts.models import User
from portal.calendars.sources import Entry

_MOST = 200


def days_of_claims(user: User, today: date) -> Iterator[Entry]:
    """Of drafts in a call the day on which it closes, of corrections their last day. One query, an agency's two."""
    drafts = Q(status=ClaimStatus.DRAFT, call__state=CallState.PUBLISHED, call__closes_at__gte=timezone.now())
    corrections = Q(status=ClaimStatus.CORRECTION, correction_due_on__gte=today)
    claims = Claim.objects.filter(drafts | corrections, own_side(user)).select_related("item", "call")
    for claim in claims.order_by("-pk")[:_MOST]:
        if claim.status == ClaimStatus.CORRECTION and claim.correction_due_on:
            yield Entry(f"correction-{claim.key}", claim.correction_due_on, f"补正截止：{claim.item.title}")
        elif claim.call is not None:
            yield Entry(f"draft-{claim.key}", claim.call.last_day, f"草稿截止：{claim.item.title}")
