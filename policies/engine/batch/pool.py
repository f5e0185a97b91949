"""What the lines of one claim share, for all claims of an item at once; the vectorised counterpart of `pool`."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from policies.engine.columns.arithmetic import run_starts, sums_before
from policies.engine.columns.lines import NONE
from policies.engine.columns.population import BoolArray, IntArray

_UNTOUCHED = -1
_UNBOUND = 2**62


@dataclass(frozen=True, slots=True)
class Shape:
    """How lines belong to claims: `at` is each line's claim, `first` each claim's first line; claims have no gaps.

    Most claims have one line. `many` are those with more, `several` their lines, `begins` where each begins in these.
    """

    at: IntArray
    first: IntArray
    many: IntArray
    several: IntArray
    begins: IntArray

    @property
    def single(self) -> bool:
        """Whether each claim has one line, so that lines and claims are the same thing."""
        return not len(self.many)

    def spread(self, per_claim: IntArray) -> IntArray:
        """A value of each claim, for each of its lines."""
        return per_claim if self.single else per_claim[self.at]

    def _reduce(self, per_line: IntArray, reduce: Callable[[IntArray, IntArray], IntArray]) -> IntArray:
        if self.single:
            return per_line
        found = per_line[self.first]
        found[self.many] = reduce(per_line[self.several], self.begins)
        return found

    def add_up(self, per_line: IntArray) -> IntArray:
        """The sum over each claim's lines."""
        return self._reduce(per_line, np.add.reduceat)

    def least(self, per_line: IntArray) -> IntArray:
        """The least value among each claim's lines."""
        return self._reduce(per_line, np.minimum.reduceat)

    def before(self, per_line: IntArray) -> IntArray:
        """For each line the sum over the earlier lines of its claim."""
        found = np.zeros_like(per_line)
        if not self.single:
            found[self.several] = sums_before(per_line[self.several], self.begins)
        return found

    def first_of(self, codes: IntArray) -> IntArray:
        """Each claim's first code that is not NONE, in the order of its lines."""
        return self._reduce(codes, _first_code)


def _first_code(codes: IntArray, begins: IntArray) -> IntArray:
    size = len(codes)
    places = np.minimum.reduceat(np.where(codes >= 0, np.arange(size), size), begins)
    found: IntArray = np.append(codes, np.array([NONE], dtype=codes.dtype))[places]
    return found


def shape_of(claim: IntArray, claims: IntArray) -> Shape:
    """The shape of lines whose ascending claims are `claim`, all of `claims`."""
    nothing = np.zeros(0, dtype=np.int64)
    if len(claim) == len(claims):
        whole = np.arange(len(claims))
        return Shape(whole, whole, nothing, nothing, nothing)
    first = run_starts(claim)
    lengths = np.diff(first, append=len(claim))
    at = np.repeat(np.arange(len(first)), lengths)
    many = np.flatnonzero(lengths > 1)
    several = np.flatnonzero((lengths > 1)[at])
    return Shape(at, first, many, several, np.cumsum(lengths[many]) - lengths[many])


def lower_rivals(key: IntArray, amount: IntArray, lines: IntArray) -> IntArray:
    """Of these lines all but the one with the highest amount of each key, of equals the first."""
    order = lines[np.lexsort((lines, -amount[lines], key[lines]))]
    lost = np.ones(len(order), dtype=np.bool_)
    lost[run_starts(key[order])] = False
    found: IntArray = order[lost]
    return found


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
    alone, where = asking, shape.several[asking[shape.several]]
    claim = shape.at[where]
    starts = run_starts(claim)
    if len(starts) < len(where):
        alone = asking.copy()
        alone[where] = False
    for holding in holdings:
        left = holding.left if holding.acts is None else np.where(holding.acts, holding.left, _UNBOUND)
        _cut(amount, reason, alone & (amount > left), left, holding.code)
    if len(starts) == len(where):
        return
    # The k-th asking lines of all claims together: a claim has one line in each round.
    place = np.arange(len(where)) - np.repeat(starts, np.diff(starts, append=len(where)))
    order = where[np.argsort(place, kind="stable")]
    rounds = _Rounds(amount, reason, holdings, shape)
    for lines in np.split(order, np.cumsum(np.bincount(place))[:-1]):
        rounds.cut(lines)


def _cut(amount: IntArray, reason: IntArray, over: BoolArray, left: IntArray, code: int) -> None:
    np.copyto(amount, left, where=over)
    np.copyto(reason, code, where=over & (left == 0), casting="unsafe")


class _Rounds:
    """The buckets of claims with several asking lines, while one line after the other takes from them."""

    def __init__(self, amount: IntArray, reason: IntArray, holdings: list[Holding], shape: Shape) -> None:
        self.amount = amount
        self.reason = reason
        self.holdings = holdings
        self.shape = shape
        self.left = {holding.key: np.full(self._buckets(holding), _UNTOUCHED) for holding in holdings}

    def _buckets(self, holding: Holding) -> int:
        return len(self.shape.first) if holding.bucket is None else int(holding.bucket.max()) + 1

    def cut(self, lines: IntArray) -> None:
        """Cut these lines, of different claims, and take what they get from their buckets."""
        fen, code = self.amount[lines], self.reason[lines]
        used = []
        for holding in self.holdings:
            bucket = (self.shape.at if holding.bucket is None else holding.bucket)[lines]
            left = self.left[holding.key][bucket]
            left = np.where(left == _UNTOUCHED, holding.left[lines], left)
            bound = left if holding.acts is None else np.where(holding.acts[lines], left, _UNBOUND)
            _cut(fen, code, fen > bound, bound, holding.code)
            used.append((holding, bucket, left))
        for holding, bucket, left in used:
            acts = slice(None) if holding.acts is None else holding.acts[lines]
            self.left[holding.key][bucket[acts]] = (left - fen)[acts]
        self.amount[lines], self.reason[lines] = fen, code


def take_off(amount: IntArray, total: IntArray, off: IntArray, shape: Shape) -> IntArray:
    """Take sums off the claims' lines, the last first; returns the lines' new amounts."""
    left = total - np.minimum(off, total)
    return np.clip(shape.spread(left) - shape.before(amount), 0, amount)
