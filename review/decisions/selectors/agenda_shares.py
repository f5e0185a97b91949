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
from policies.published.models import ItemVersion
from policies.published.selectors import compiled_item
from portal.core.money import to_fen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from applications.claims.models import Claim


@dataclass(slots=True)
class SharedSum:
    """One year's sum in fen: what paper says so, what is left of it, and the claims (keys) that share it."""

    cite: str
    left: int
    claims: set[int] = field(default_factory=set)


def shared_sums(claims: Sequence[Claim]) -> list[SharedSum]:
    """The sums that these claims share. Two queries, whatever number of claims; one where no document has any."""
    versions = ItemVersion.objects.in_bulk({claim.version_id for claim in claims})
    found: dict[str, SharedSum] = {}
    for claim in claims:
        item = compiled_item(versions[claim.version_id])
        for limit in read_limits(spec for spec in item.limits if chosen(spec, item.defaults)):
            if isinstance(limit, YearTotal):
                key = bucket_key(Bucket(SCOPES[limit.per], limit.group or item.id), party_of(claim))
                found.setdefault(key, SharedSum(limit.cite or item.citation, limit.year_total)).claims.add(claim.pk)
    held = balances(found)
    for key, shared in found.items():
        shared.left = max(shared.left - to_fen(held.get(key, Balance()).amount), 0)
    return list(found.values())
