"""What the lines of one claim share, over columns: the twin of `pool`, for all claims of an item at once."""

from dataclasses import dataclass

import numpy as np

from policies.engine.batch.arithmetic import run_starts, sums_before
from policies.engine.batch.columns import NONE
from policies.engine.batch.population import BoolArray, IntArray

_UNTOUCHED = -1
_UNBOUND = 2**62


@dataclass(frozen=True, slots=True)
class Shape:
    """How lines belong to claims: `at` is each line's claim, `first` each claim's first line; claims have no gaps.

    `single` says that each claim has one line, so that lines and claims are the same thing.
    """

    at: IntArray
    first: IntArray
    single: bool

    def spread(self, per_claim: IntArray) -> IntArray:
        """A value of each claim, for each of its lines."""
        return per_claim if self.single else per_claim[self.at]

    def add_up(self, per_line: IntArray) -> IntArray:
        """The sum over each claim's lines."""
        if self.single or not len(self.first):
            return per_line
        found: IntArray = np.add.reduceat(per_line, self.first)
        return found

    def before(self, per_line: IntArray) -> IntArray:
        """For each line the sum over the earlier lines of its claim."""
        return np.zeros_like(per_line) if self.single else sums_before(per_line, self.first)

    def first_of(self, codes: IntArray) -> IntArray:
        """Each claim's first code that is not NONE, in the order of its lines."""
        if self.single or not len(self.first):
            return codes
        size = len(codes)
        places = np.minimum.reduceat(np.where(codes >= 0, np.arange(size), size), self.first)
        found: IntArray = np.append(codes, np.array([NONE], dtype=codes.dtype))[places]
        return found


def shape_of(claim: IntArray, claims: IntArray) -> Shape:
    """The shape of lines whose ascending claims are `claim`, all of `claims`."""
    if len(claim) == len(claims):
        whole = np.arange(len(claims))
        return Shape(whole, whole, single=True)
    first = run_starts(claim)
    return Shape(np.repeat(np.arange(len(first)), np.diff(first, append=len(claim))), first, single=False)


def lose_to_best(key: IntArray, amount: IntArray, rivals: BoolArray) -> BoolArray:
    """Lines that lose to another of their key: all but the one with the highest amount, of equals the first."""
    where = np.flatnonzero(rivals)
    order = where[np.lexsort((where, -amount[where], key[where]))]
    lost = np.zeros(len(key), dtype=np.bool_)
    lost[order] = True
    lost[order[run_starts(key[order])]] = False
    return lost


@dataclass(frozen=True, slots=True)
class Holding:
    """What one limit still holds for each line, were the line the first of its bucket in the claim.

    `bucket` numbers the claim's buckets (None: one for the claim); limits with one `key` stand on the same buckets.
    `acts` marks the lines that the limit binds (None: all). `code` is the reason where nothing is left.
    """

    key: tuple[str, tuple[str, ...]]
    left: IntArray
    bucket: IntArray | None
    acts: BoolArray | None
    code: int


def cut_to_holdings(
    amount: IntArray, reason: IntArray, asking: BoolArray, holdings: list[Holding], shape: Shape
) -> None:
    """Cut lines to what the smallest of their buckets holds, in the order of the lines; in place."""
    where = np.flatnonzero(asking)
    claim = where if shape.single else shape.at[where]
    starts = run_starts(claim)
    if len(starts) == len(where):
        for holding in holdings:
            left = holding.left if holding.acts is None else np.where(holding.acts, holding.left, _UNBOUND)
            _cut(amount, reason, asking & (amount > left), left, holding.code)
        return
    # The k-th asking lines of all claims together: a claim has one line in each round.
    place = np.arange(len(where)) - np.repeat(starts, np.diff(starts, append=len(where)))
    order = where[np.argsort(place, kind="stable")]
    ends = np.cumsum(np.bincount(place))
    state = {holding.key: np.full(_buckets(holding, shape), _UNTOUCHED) for holding in holdings}
    for begin, end in zip(np.append(0, ends[:-1]), ends, strict=True):
        _cut_round(order[begin:end], amount, reason, holdings, shape, state)


def _buckets(holding: Holding, shape: Shape) -> int:
    return len(shape.first) if holding.bucket is None else int(holding.bucket.max()) + 1


def _cut(amount: IntArray, reason: IntArray, over: BoolArray, left: IntArray, code: int) -> None:
    np.copyto(amount, left, where=over)
    np.copyto(reason, code, where=over & (left == 0), casting="unsafe")


def _cut_round(
    lines: IntArray,
    amount: IntArray,
    reason: IntArray,
    holdings: list[Holding],
    shape: Shape,
    state: dict[tuple[str, tuple[str, ...]], IntArray],
) -> None:
    fen, code = amount[lines], reason[lines]
    used = []
    for holding in holdings:
        bucket = (shape.at if holding.bucket is None else holding.bucket)[lines]
        left = state[holding.key][bucket]
        left = np.where(left == _UNTOUCHED, holding.left[lines], left)
        bound = left if holding.acts is None else np.where(holding.acts[lines], left, _UNBOUND)
        _cut(fen, code, fen > bound, bound, holding.code)
        used.append((holding, bucket, left))
    for holding, bucket, left in used:
        acts = slice(None) if holding.acts is None else holding.acts[lines]
        state[holding.key][bucket[acts]] = (left - fen)[acts]
    amount[lines], reason[lines] = fen, code


def take_off(amount: IntArray, total: IntArray, off: IntArray, shape: Shape) -> IntArray:
    """Take sums off the claims' lines, the last first; returns the lines' new amounts."""
    left = total - np.minimum(off, total)
    return np.clip(shape.spread(left) - shape.before(amount), 0, amount)
