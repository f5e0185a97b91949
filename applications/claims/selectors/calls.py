"""A draft and its call: whether it is still open, and where else the draft can go on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q, Sum

from applications.claims.enums import RELEASED, ClaimStatus
from applications.claims.models import Claim
from applications.claims.selectors.problems import closed_words
from policies.calls.enums import Phase
from policies.calls.models import Call
from policies.calls.selectors import calls_of_item, upcoming_calls
from policies.published.models import SupportItem
from portal.core.money import ZERO, quantise_yuan


@dataclass(frozen=True, slots=True)
class CallSituation:
    """The claim's call; for a draft whose call is over: in which words, which others are open, and which opens next."""

    call: Call | None
    words: str = ""
    others: list[Call] = field(default_factory=list)
    coming: Call | None = None

    @property
    def is_over(self) -> bool:
        """Whether the draft cannot be submitted in its call."""
        return bool(self.words)


def call_situation(claim: Claim, *, at: datetime) -> CallSituation:
    """Where a claim stands with its call at a moment. No query while its call is open, two for a draft left behind."""
    call = claim.call
    if claim.status != ClaimStatus.DRAFT or (call is not None and call.phase_at(at) == Phase.OPEN):
        return CallSituation(call)
    others = calls_of_item(claim.item, at=at, region_code=claim.region_id)
    coming = None if others else upcoming_calls(at, region_code=claim.region_id).get(claim.item.code)
    return CallSituation(call, closed_words(call, at=at), others, coming)


@dataclass(frozen=True, slots=True)
class ItemClaims:
    """How many claims of an item were submitted in a call, how many of them are decided, and for how many yuan."""

    item: SupportItem
    submitted: int
    decided: int
    amount: Decimal


def claims_by_item(call: Call, items: Iterable[SupportItem]) -> list[ItemClaims]:
    """The call's claims by item, without drafts and those withdrawn; refused ones count as submitted. One query."""
    held = Q(approved_amount__isnull=False) & ~Q(status__in=RELEASED)
    counted = (
        Claim.objects.filter(call=call, submitted_at__isnull=False)
        .exclude(status=ClaimStatus.WITHDRAWN)
        .values_list("item")
        .annotate(submitted=Count("pk"), decided=Count("pk", filter=held), amount=Sum("approved_amount", filter=held))
    )
    found = {pk: (submitted, decided, amount) for pk, submitted, decided, amount in counted}
    claims = []
    for item in items:
        submitted, decided, amount = found.get(item.pk, (0, 0, None))
        claims.append(ItemClaims(item, submitted, decided, quantise_yuan(amount or ZERO)))
    return claims
