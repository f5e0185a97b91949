"""The award of an approved claim: its sum, and who bears how much of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from policies.engine.describe import ratio_of
from policies.published.selectors import compiled_item
from portal.audit.services import record_audit
from portal.core.money import Rounding, round_to_fen, to_fen, to_yuan
from review.funding.models import Award

if TYPE_CHECKING:
    from decimal import Decimal

    from applications.claims.models import Claim
    from policies.engine import Item
    from portal.core.act import Act


def split_total(item: Item, total: Decimal) -> tuple[Decimal, Decimal] | None:
    """City and district share of a sum in yuan; None where the item states no ratio: then nothing is split.

    The city's part is its highest ratio rounded down to the fen, and the district takes the rest (wx2020 art. 1).
    """
    ratio = ratio_of(item)
    if ratio is None:
        return None
    fen = to_fen(total)
    city = round_to_fen(ratio * fen / 100, rounding=Rounding.DOWN)
    return to_yuan(city), to_yuan(fen - city)


def record_award(claim: Claim, *, act: Act) -> Award:
    """The award of a locked, approved claim; the one that stands if there is one.

    Raises ValueError for a claim without an approved sum.
    """
    standing = Award.objects.filter(claim=claim).first()
    if standing:
        return standing
    if not claim.approved_amount:
        raise ValueError(f"申报 {claim.number} 没有批准金额，不能计算资助。")
    item = compiled_item(claim.version)
    shares = split_total(item, claim.approved_amount)
    with transaction.atomic():
        award = Award.objects.create(
            claim=claim,
            total=claim.approved_amount,
            city_share=shares[0] if shares else None,
            district_share=shares[1] if shares else None,
            basis=str((item.split or {}).get("cite") or item.citation) if shares else "",
            made_at=act.at,
        )
        record_audit(
            act,
            action="funding.award",
            target=award,
            region_code=claim.region_id,
            after={"total": award.total, "city_share": award.city_share, "district_share": award.district_share},
        )
    return award
