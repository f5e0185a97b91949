"""What payers have still to pay: of their own parts, not of whole claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from portal.core.money import to_yuan
from review.funding.models import AwardPart
from review.payments.enums import ARRIVED, LIVE
from review.payments.models import Disbursement

_OPEN = sorted(LIVE - ARRIVED)


@dataclass(frozen=True, slots=True)
class PayerSum:
    """Parts of so many claims, their sum in yuan, and since when the oldest of the claims stands as it does."""

    count: int
    total: Decimal
    oldest: datetime | None = None


def open_parts(theirs: Q) -> QuerySet[AwardPart]:
    """The parts of approved claims of which something is still to be paid, each with it as `open_fen`.

    `theirs` is the condition on a part that it is of the payers in question.
    """
    lines = Disbursement.objects.filter(part=OuterRef("pk"))
    unpaid = lines.filter(state__in=_OPEN).order_by().values("part").annotate(fen=Sum("fen")).values("fen")
    # A part that no batch gathered yet has no disbursement, and is due as a whole.
    rest = Case(When(~Exists(lines), then=F("fen")), default=Value(0), output_field=BigIntegerField())
    parts = AwardPart.objects.filter(theirs, award__claim__status=ClaimStatus.APPROVED)
    return parts.annotate(open_fen=Coalesce(Subquery(unpaid), rest)).filter(open_fen__gt=0)


def unpaid_of(theirs: Q) -> PayerSum:
    """What is still to be paid of these parts. One query."""
    found = open_parts(theirs).aggregate(
        count=Count("award__claim", distinct=True), fen=Sum("open_fen"), oldest=Min("award__claim__status_since")
    )
    return PayerSum(found["count"], to_yuan(found["fen"] or 0), found["oldest"])


def in_state(claims: QuerySet[Claim], state: str, theirs: Q) -> QuerySet[Claim]:
    """Those of the claims of whose parts something is to be paid (`approved`), or nothing is any more (`paid`).

    A claim whose award is not computed yet is to be paid.
    """
    is_open = Exists(open_parts(theirs).filter(award__claim=OuterRef("pk"))) | Q(award=None)
    return claims.filter(is_open) if state == ClaimStatus.APPROVED else claims.exclude(is_open)
