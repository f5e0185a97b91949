"""Buckets that several claims of a population share, and what each claim finds taken, without a loop over claims."""

from functools import cached_property

import numpy as np

from policies.engine.columns.arithmetic import in_order_of, ranges, run_starts, sums_before
from policies.engine.columns.population import IntArray


class Buckets:
    """All buckets of one kind in ascending order of their keys, and the entries of claims in them.

    `keys` and `claims` have an array for each run: the buckets of its entries, and their claims (global numbers). Only
    buckets with several entries need any work: what a claim finds in one is a running total over the entries of earlier
    claims. Several entries of one claim in one bucket (lines on one right) find the same; there are none of them
    unless `repeated`. `common`: the entries of buckets with several, by bucket and claim; `begins` and `lengths`: where
    each of these buckets begins in them, and how many it has.
    """

    def __init__(self, keys: list[IntArray], claims: list[IntArray], *, repeated: bool = True) -> None:
        key, self.claims = joined(keys), joined(claims)
        if len(keys) > 1 and (self.claims[1:] < self.claims[:-1]).any():
            filed, _ = in_order_of(self.claims)
            order, key = in_order_of(key[filed])
            self.order = filed[order]
        else:
            self.order, key = in_order_of(key)
        # Positions in 32 bits: a million claims have tens of megabytes of them.
        self.order = self.order.astype(np.int32)
        starts = run_starts(key)
        self.starts, self.keys = starts.astype(np.int32), key[starts]
        lengths = np.diff(self.starts, append=np.int32(len(key)))
        several = lengths > 1
        self.lengths = lengths[several]
        self.common = self.order if several.all() else self.order[ranges(self.starts[several], self.lengths)]
        self.begins = np.cumsum(self.lengths) - self.lengths
        same = int(self._with_neighbour(self.common, self.begins).sum()) if repeated else 0
        self.shared = same < len(self.common) - len(self.lengths)
        self._repeats = same > 0

    def one(self, values: IntArray) -> IntArray:
        """The value of one entry of each bucket, such as its claim, whose applicant, year or city the bucket has."""
        found: IntArray = values[self.order[self.starts]]
        return found

    def found(self, taken: IntArray, changed: IntArray | None = None) -> tuple[IntArray, IntArray]:
        """What entries find taken by earlier claims, given what all entries take: their positions, and the sums.

        With `changed`, only entries of the buckets in which these entries stand.
        """
        order, lengths, starts = self.common, self.lengths, self.begins
        if changed is not None and len(changed) * 4 < len(order):
            hit = np.zeros(len(lengths) + 1, dtype=np.bool_)
            hit[self._number[changed]] = True
            buckets = np.flatnonzero(hit[:-1])
            begins, lengths = starts[buckets], lengths[buckets]
            starts = np.cumsum(lengths) - lengths
            order = order[ranges(begins, lengths)]
        before = sums_before(taken[order].astype(np.int64, copy=False), starts)
        if self._repeats and len(order):
            firsts = np.flatnonzero(np.concatenate(([True], ~self._with_neighbour(order, starts))))
            before = np.repeat(before[firsts], np.diff(firsts, append=len(order)))
        return order, before

    def found_by_all(self, taken: IntArray) -> IntArray:
        """What every entry finds taken by earlier claims."""
        found = np.zeros(len(self.claims), dtype=np.int64)
        where, sums = self.found(taken)
        found[where] = sums
        return found

    def sums(self, values: IntArray) -> IntArray:
        """The sum over the entries of each bucket."""
        return np.add.reduceat(values[self.order], self.starts) if len(values) else values

    def largest(self, values: IntArray) -> IntArray:
        """The largest value among the entries of each bucket."""
        return np.maximum.reduceat(values[self.order], self.starts) if len(values) else values

    def _with_neighbour(self, order: IntArray, starts: IntArray) -> IntArray:
        """Whether entries, from the second on, have the claim and the bucket of the one before."""
        claim = self.claims[order]
        same: IntArray = claim[1:] == claim[:-1]
        same[starts[1:] - 1] = False
        return same

    @cached_property
    def _number(self) -> IntArray:
        """The number of each entry's bucket among those with several entries; of a lone entry their count."""
        found = np.full(len(self.claims), len(self.lengths), dtype=np.int32)
        found[self.common] = np.repeat(np.arange(len(self.lengths), dtype=np.int32), self.lengths)
        return found


def joined(arrays: list[IntArray]) -> IntArray:
    """The arrays put end to end."""
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
