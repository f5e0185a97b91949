"""What sums hold for the lines of many claims, and lines cut to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from policies.engine.columns.arithmetic import in_order_of, pick, put_where, run_starts, sums_before
from policies.engine.columns.ledger import UNBOUND

if TYPE_CHECKING:
    from policies.engine.columns.population import BoolArray, IntArray
    from policies.engine.columns.shape import Shape
    from policies.engine.scopes import Scope


@dataclass(frozen=True, slots=True)
class Holding:
    """What one limit holds for each line, were the line the first of its bucket in the claim.

    `key`: group and scope; limits with one key stand on the same buckets. `bucket` numbers the claim's buckets (None:
    one for the claim). `binds` marks the lines that it binds (None: all). `code` is the reason where nothing is left.
    """

    key: tuple[str, Scope]
    left: IntArray
    bucket: IntArray | None
    binds: BoolArray | None
    code: int

    def at(self, lines: IntArray) -> Holding:
        """The same for some of the lines."""
        own = [None if part is None else pick(part, lines) for part in (self.bucket, self.binds)]
        return replace(self, left=pick(self.left, lines), bucket=own[0], binds=own[1])


_UNTOUCHED = -1


def extremes(holding: Holding, shape: Shape) -> tuple[IntArray, IntArray]:
    """For each line the least and the most that its bucket may hold, whichever of its lines comes first in it."""
    left = holding.left
    if shape.single or _is_of_claim(holding, shape):
        return left, left
    if holding.bucket is None:
        return shape.spread(shape.least(left)), shape.spread(-shape.least(-left))
    again = np.flatnonzero(holding.bucket != np.arange(len(left)))
    least, most = left.copy(), left.copy()
    np.minimum.at(least, holding.bucket[again], left[again])
    np.maximum.at(most, holding.bucket[again], left[again])
    return least[holding.bucket], most[holding.bucket]


def _is_of_claim(holding: Holding, shape: Shape) -> bool:
    """Whether a claim has one bucket that all its lines find alike."""
    return holding.bucket is None and bool((holding.left[shape.size :] == pick(holding.left, shape.further)).all())


def cut_to(held: list[Holding], amount: IntArray, reason: IntArray, asking: BoolArray, shape: Shape) -> None:
    """Cut lines to what the smallest of their buckets holds, in the order of the lines; in place."""
    alone, where = asking, shape.several[asking[shape.several]]
    claim = shape.at[where]
    starts = run_starts(claim)
    if len(starts) < len(where):
        alone = asking.copy()
        alone[where] = False
    for holding in held:
        over = alone & (amount > holding.left)
        _cut(amount, reason, over if holding.binds is None else over & holding.binds, holding.left, holding.code)
    if len(starts) == len(where):
        return
    if len(held) == 1 and held[0].binds is None and _is_of_claim(held[0], shape):
        asked, left = pick(amount, where), pick(held[0].left, where)
        left = np.maximum(left - sums_before(asked, starts), 0)
        over = asked > left
        amount[where] = np.minimum(asked, left)
        reason[where[over & (left == 0)]] = held[0].code
        return
    # The k-th asking lines of all claims together: a claim has one line in each round.
    place = np.arange(len(where)) - np.repeat(starts, np.diff(starts, append=len(where)))
    order = pick(where, in_order_of(place)[0])
    # What is left of each bucket, once a line took from it.
    kept = {}
    for holding in held:
        size = shape.size if holding.bucket is None else int(holding.bucket.max()) + 1
        kept[holding.key] = np.full(size, _UNTOUCHED)
    for lines in np.split(order, np.cumsum(np.bincount(place))[:-1]):
        fen, code = amount[lines], reason[lines]
        used = []
        for holding in (one.at(lines) for one in held):
            bucket = shape.at[lines] if holding.bucket is None else holding.bucket
            left = kept[holding.key][bucket]
            left = np.where(left == _UNTOUCHED, holding.left, left)
            bound = left if holding.binds is None else np.where(holding.binds, left, UNBOUND)
            _cut(fen, code, fen > bound, bound, holding.code)
            used.append((holding, bucket, left))
        for holding, bucket, left in used:
            binds = slice(None) if holding.binds is None else holding.binds
            kept[holding.key][bucket[binds]] = (left - fen)[binds]
        amount[lines], reason[lines] = fen, code


def _cut(amount: IntArray, reason: IntArray, over: BoolArray, left: IntArray, code: int) -> None:
    put_where(amount, over, left)
    put_where(reason, over & (left == 0), code)
