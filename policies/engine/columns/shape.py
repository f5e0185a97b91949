"""How the lines of an item belong to its claims, and what is added up, spread and compared over them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from policies.engine.columns.arithmetic import either, pick, ranges, sums_before
from policies.engine.columns.lines import NONE
from policies.engine.columns.population import IntArray


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
        return per_claim if self.single else pick(per_claim, self.at)

    def lines_of(self, claims: IntArray) -> IntArray:
        """The lines of these claims, which ascend."""
        if self.single:
            return claims
        return ranges(self.first[claims], np.diff(self.first, append=len(self.at))[claims])

    def reduce(self, per_line: IntArray, reduce: Callable[[IntArray, IntArray], IntArray]) -> IntArray:
        """What `reduce` makes of the lines of each claim, given the values of several and where each claim begins."""
        if self.single:
            return per_line
        found = pick(per_line, self.first)
        found[self.many] = reduce(pick(per_line, self.several), self.begins)
        return found

    def add_up(self, per_line: IntArray) -> IntArray:
        """The sum over each claim's lines."""
        return self.reduce(per_line, np.add.reduceat)

    def least(self, per_line: IntArray) -> IntArray:
        """The least value among each claim's lines."""
        return self.reduce(per_line, np.minimum.reduceat)

    def before(self, per_line: IntArray) -> IntArray:
        """For each line the sum over the earlier lines of its claim."""
        found = np.zeros_like(per_line)
        if not self.single:
            found[self.several] = sums_before(pick(per_line, self.several), self.begins)
        return found

    def within(self, per_line: IntArray, rest: IntArray) -> IntArray:
        """The lines' sums cut to what their claims have left: the last lines lose first."""
        return np.clip(self.spread(rest) - self.before(per_line), 0, per_line)

    def first_of(self, codes: IntArray) -> IntArray:
        """Each claim's first code that is not NONE, in the order of its lines."""
        return self.reduce(codes, _first_code)


def _first_code(codes: IntArray, begins: IntArray) -> IntArray:
    size = len(codes)
    places = np.minimum.reduceat(either(codes >= 0, np.arange(size), size), begins)
    found: IntArray = np.append(codes, np.array([NONE], dtype=codes.dtype))[places]
    return found


def shape_of(claim: IntArray, claims: IntArray) -> Shape:
    """The shape of lines whose ascending claims are `claim`, all of `claims`."""
    nothing = np.zeros(0, dtype=np.int64)
    if len(claim) == len(claims):
        whole = np.arange(len(claims))
        return Shape(whole, whole, nothing, nothing, nothing)
    begins = np.ones(len(claim) + 1, dtype=np.bool_)
    np.not_equal(claim[1:], claim[:-1], out=begins[1:-1])
    first = np.flatnonzero(begins[:-1])
    lengths = np.diff(first, append=len(claim))
    many = np.flatnonzero(lengths > 1)
    # A line whose neighbour does not begin a claim, or that begins none itself.
    several = np.flatnonzero(~(begins[:-1] & begins[1:]))
    at = np.repeat(np.arange(len(first)), lengths)
    return Shape(at, first, many, several, np.cumsum(lengths[many]) - lengths[many])
