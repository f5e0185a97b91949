"""How the lines of an item belong to its claims, and what is added up, spread and compared over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from policies.engine.columns.arithmetic import distinct, either, in_order_of, pick, run_starts, sums_before
from policies.engine.columns.lines import NONE
from policies.engine.columns.population import BoolArray, IntArray


@dataclass(frozen=True)
class Shape:
    """How lines belong to claims: first the first line of each of `size` claims, then the further lines.

    `further`: the claims of these, ascending. Most claims have one line; the first stands where its claim does.
    """

    size: int
    further: IntArray

    @property
    def single(self) -> bool:
        """Whether each claim has one line, so that lines and claims are the same thing."""
        return not len(self.further)

    @cached_property
    def at(self) -> IntArray:
        """The claim of each line."""
        return self.spread(np.arange(self.size))

    @cached_property
    def many(self) -> IntArray:
        """The claims that have several lines."""
        return distinct(self.further)

    @cached_property
    def several(self) -> IntArray:
        """The lines of these claims, claim by claim."""
        ends = self.size + np.arange(len(self.further))
        order, _ = in_order_of(np.concatenate((self.many, self.further)))
        return pick(np.concatenate((self.many, ends)), order)

    @cached_property
    def begins(self) -> IntArray:
        """Where each of these claims begins in them."""
        return run_starts(self.further) + np.arange(len(self.many))

    def spread(self, per_claim: IntArray) -> IntArray:
        """A value of each claim, for each of its lines."""
        return per_claim if self.single else np.concatenate((per_claim, pick(per_claim, self.further)))

    def lines_of(self, claims: IntArray) -> IntArray:
        """The lines of these claims, which ascend."""
        if self.single:
            return claims
        return np.concatenate((claims, self.size + np.flatnonzero(self._further_of(claims))))

    def narrowed(self, claims: IntArray) -> Shape:
        """The shape of these claims, which ascend."""
        if self.single:
            return Shape(len(claims), self.further)
        further = self.further[self._further_of(claims)]
        return Shape(len(claims), np.searchsorted(claims, further))

    def _further_of(self, claims: IntArray) -> BoolArray:
        chosen = np.zeros(self.size, dtype=np.bool_)
        chosen[claims] = True
        return pick(chosen, self.further)

    def reduce(self, per_line: IntArray, reduce: Callable[[IntArray, IntArray], IntArray]) -> IntArray:
        """What `reduce` makes of the lines of each claim, given the values of several and where each claim begins."""
        if self.single:
            return per_line
        found = per_line[: self.size].copy()
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
    """The shape of lines whose claims are `claim`, first lines first; `claims` are all, ascending."""
    return Shape(len(claims), np.searchsorted(claims, claim[len(claims) :]))
