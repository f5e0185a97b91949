"""Buckets that several claims of a population share, and what each claim finds taken, without a loop over claims."""

from functools import cached_property

import numpy as np

from policies.engine.columns.arithmetic import (
    in_order_of,
    is_ascending,
    pick,
    ranges,
    run_starts,
    sums_before,
)
from policies.engine.columns.population import IntArray


class Buckets:
    """All buckets of one kind, and the entries of claims in them.

    `keys` and `claims` have an array for each run: the buckets of its entries, and their claims (global numbers). Only
    buckets with several entries need any work: what a claim finds in one is a running total over the entries of earlier
    claims. Several entries of one claim in one bucket (lines on one right) find the same; there are none of them
    unless `repeated`. `common`: the entries of buckets with several, by bucket and claim; `begins` and `lengths`: where
    each of these buckets begins in them, and how many it has. `keys`: those of all buckets, ascending.
    """

    def __init__(
        self, keys: list[IntArray], claims: list[IntArray], *, repeated: bool = True, near: IntArray | None = None
    ) -> None:
        self.claims = joined(claims)
        self._order, known = ordered(joined(keys), self.claims, near)
        self._starts = run_starts(known)
        self.keys = pick(known, self._starts)
        lengths = np.diff(self._starts, append=len(known))
        several = lengths > 1
        if np.count_nonzero(several) * 4 > len(several) * 3:
            # A bucket of one entry costs less than leaving it out.
            self.common, self.begins, self.lengths = self._order, self._starts, lengths
        else:
            self.lengths = lengths[several]
            self.common = pick(self._order, ranges(self._starts[several], self.lengths))
            self.begins = np.cumsum(self.lengths) - self.lengths
        same = int(self._with_neighbour(self.common, self.begins).sum()) if repeated else 0
        self.shared = same < len(self.common) - len(self.lengths)
        self._repeats = same > 0

    def one(self, values: IntArray) -> IntArray:
        """The value of one entry of each bucket, such as its claim, whose applicant, year or city the bucket has."""
        return pick(values, pick(self._order, self._starts))

    def found(self, taken: IntArray, changed: IntArray | None = None) -> tuple[IntArray, IntArray]:
        """What entries find taken by earlier claims, given what all entries take: their positions, and the sums.

        With `changed`, only entries of the buckets in which these entries stand.
        """
        order, lengths, starts = self.common, self.lengths, self.begins
        # More entries than this stand in most of the buckets.
        if changed is not None and len(changed) * 4 < len(lengths):
            hit = np.zeros(len(lengths) + 1, dtype=np.bool_)
            hit[self._number[changed]] = True
            buckets = np.flatnonzero(hit[:-1])
            begins, lengths = starts[buckets], lengths[buckets]
            starts = np.cumsum(lengths) - lengths
            order = pick(order, ranges(begins, lengths))
        before = sums_before(pick(taken, order), starts)
        if self._repeats and len(order):
            firsts = np.flatnonzero(np.concatenate(([True], ~self._with_neighbour(order, starts))))
            before = np.repeat(pick(before, firsts), np.diff(firsts, append=len(order)))
        return order, before

    def found_by_all(self, taken: IntArray) -> IntArray:
        """What every entry finds taken by earlier claims."""
        found = np.zeros(len(self.claims), dtype=np.int64)
        where, sums = self.found(taken)
        found[where] = sums
        return found

    def sums(self, values: IntArray) -> IntArray:
        """The sum over the entries of each bucket."""
        return self._over_each(values, np.add)

    def largest(self, values: IntArray) -> IntArray:
        """The largest value among the entries of each bucket."""
        return self._over_each(values, np.maximum)

    def _over_each(self, values: IntArray, reduce: np.ufunc) -> IntArray:
        known = pick(values, self._order)
        found: IntArray = reduce.reduceat(known, self._starts) if len(known) else known
        return found

    def _with_neighbour(self, order: IntArray, starts: IntArray) -> IntArray:
        """Whether entries, from the second on, have the claim and the bucket of the one before."""
        claim = pick(self.claims, order)
        same: IntArray = claim[1:] == claim[:-1]
        same[starts[1:] - 1] = False
        return same

    @cached_property
    def _number(self) -> IntArray:
        """The number of each entry's bucket among those with several entries; of a lone entry their count."""
        found = np.full(len(self.claims), len(self.lengths), dtype=np.int32)
        found[self.common] = np.repeat(np.arange(len(self.lengths), dtype=np.int32), self.lengths)
        return found


def ordered(key: IntArray, claims: IntArray, near: IntArray | None = None) -> tuple[IntArray, IntArray]:
    """Positions in ascending order of keys, and of claims in each; and the keys in this order.

    `near`: an order that is likely to be the one.
    """
    if near is not None and is_ascending(known := pick(key, near)):
        return near, known
    if is_ascending(claims):
        return in_order_of(key)
    filed, _ = in_order_of(claims)
    order, key = in_order_of(pick(key, filed))
    return pick(filed, order), key


def joined(arrays: list[IntArray]) -> IntArray:
    """The arrays put end to end."""
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
