"""The sums of a year that documents let all claims share in proportion, as an agenda finds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from applications.ledger.keys import bucket_key
from applications.ledger.selectors import Balance, balances, party_of
from policies.engine.buckets import Bucket
from policies.engine.guards import chosen
from policies.engine.limits.registry import read_limits
from policies.engine.limits.year_total import YearTotal
from policies.engine.scopes import SCOPES
from portal.core.money import to_fen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from applications.claims.models import Claim
    from policies.engine import Item


@dataclass(slots=True)
class SharedSum:
    """One year's sum in fen: what paper says so, what is left of it, and the claims (keys) that share it."""

    cite: str
    left: int
    claims: set[int] = field(default_factory=set)


def shared_sums(claims: Sequence[Claim], rules: Mapping[int, Item]) -> list[SharedSum]:
    """The sums that these claims, with their rules by key, share. One query; none where no document has any."""
    found: dict[str, SharedSum] = {}
    for claim in claims:
        item = rules[claim.pk]
        for limit in read_limits(spec for spec in item.limits if chosen(spec, item.defaults)):
            if isinstance(limit, YearTotal):
                key = bucket_key(Bucket(SCOPES[limit.per], limit.group or item.id), party_of(claim))
                found.setdefault(key, SharedSum(limit.cite or item.citation, limit.year_total)).claims.add(claim.pk)
    held = balances(found)
    for key, shared in found.items():
        shared.left = max(shared.left - to_fen(held.get(key, Balance()).amount), 0)
    return list(found.values())
