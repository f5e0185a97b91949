"""Buckets that several claims of a population share, and what each claim finds taken, without a loop over claims."""

from functools import cached_property

import numpy as np

from policies.engine.columns.arithmetic import (
    in_order_of,
    pick,
    ranges,
    run_starts,
    sums_before,
    sums_between,
)
from policies.engine.columns.population import IntArray


class Buckets:
    """All buckets of one kind, and the entries of claims in them.

    `keys`, `claims` and `filed` have an array for each run: the buckets of its entries, the places of their claims, and
    the numbers of these in the order of filing. Only buckets with several entries need any work: what a claim finds in
    one is a running total over the entries of earlier claims. Several entries of one claim in one bucket (lines on one
    right) find the same; there are none of them unless `repeated`. `common`: the entries of buckets with several, by
    bucket and filing (a slice where all stand so), of which there are `size`; `begins` and `lengths`: where each of
    these buckets begins in them, and how many it has. `keys`: those of all buckets, ascending.
    """

    def __init__(
        self, keys: list[IntArray], claims: list[IntArray], filed: list[IntArray], *, repeated: bool = True
    ) -> None:
        self.claims = joined(claims)
        self._order, known = ordered(joined(keys), joined(filed))
        self._starts = run_starts(known)
        self.keys = pick(known, self._starts)
        lengths = np.diff(self._starts, append=len(known))
        several = lengths > 1
        if isinstance(self._order, slice) or np.count_nonzero(several) * 4 > len(several) * 3:
            # A bucket of one entry costs less than leaving it out.
            self.common, self.begins, self.lengths, self.size = self._order, self._starts, lengths, len(known)
        else:
            self.lengths = lengths[several]
            self.common = pick(self._order, ranges(self._starts[several], self.lengths))
            self.begins = np.cumsum(self.lengths) - self.lengths
            self.size = len(self.common)
        same = int(self._with_neighbour(self.common, self.begins).sum()) if repeated else 0
        self.shared = same < self.size - len(self.lengths)
        self._repeats = same > 0

    def one(self, values: IntArray) -> IntArray:
        """The value of one entry of each bucket, such as its claim, whose applicant, year or city the bucket has."""
        order = self._order
        return pick(values, self._starts if isinstance(order, slice) else pick(order, self._starts))

    def one_by_one(self) -> list[IntArray]:
        """The entries of each bucket, in the order of filing."""
        order = np.arange(len(self.claims)) if isinstance(self._order, slice) else self._order
        return np.split(order, self._starts[1:])

    def found(self, taken: IntArray, changed: IntArray | None = None) -> tuple[IntArray | slice, IntArray]:
        """What entries find taken by earlier claims, given what all entries take: their positions, and the sums.

        With `changed`, only entries of the buckets in which these entries stand.
        """
        order, lengths, starts = self.common, self.lengths, self.begins
        number = None
        # More entries than this stand in most of the buckets.
        if changed is not None and len(changed) * 4 < len(lengths):
            hit = np.zeros(len(lengths) + 1, dtype=np.bool_)
            hit[self._number[changed]] = True
            buckets = np.flatnonzero(hit[:-1])
            begins, lengths = starts[buckets], lengths[buckets]
            starts = np.cumsum(lengths) - lengths
            within = ranges(begins, lengths)
            order = within if isinstance(order, slice) else pick(order, within)
        elif isinstance(order, slice):
            number = self._number
        before = sums_before(pick(taken, order), starts, number)
        if self._repeats and len(before):
            firsts = np.flatnonzero(np.concatenate(([True], ~self._with_neighbour(order, starts))))
            before = np.repeat(pick(before, firsts), np.diff(firsts, append=len(before)))
        return order, before

    def found_by_all(self, taken: IntArray) -> IntArray:
        """What every entry finds taken by earlier claims."""
        found = np.zeros(len(self.claims), dtype=np.int64)
        where, sums = self.found(taken)
        found[where] = sums
        return found

    def sums(self, values: IntArray) -> IntArray:
        """The sum over the entries of each bucket."""
        return sums_between(pick(values, self._order), np.append(self._starts, len(values)))

    def largest(self, values: IntArray) -> IntArray:
        """The largest value among the entries of each bucket."""
        return self._over_each(values, np.maximum)

    def _over_each(self, values: IntArray, reduce: np.ufunc) -> IntArray:
        known = pick(values, self._order)
        found: IntArray = reduce.reduceat(known, self._starts) if len(known) else known
        return found

    def _with_neighbour(self, order: IntArray | slice, starts: IntArray) -> IntArray:
        """Whether entries, from the second on, have the claim and the bucket of the one before."""
        claim = pick(self.claims, order)
        same: IntArray = claim[1:] == claim[:-1]
        same[starts[1:] - 1] = False
        return same

    @cached_property
    def _number(self) -> IntArray:
        """The number of each entry's bucket among those with several entries; of a lone entry their count."""
        if isinstance(self.common, slice):
            begins = np.zeros(self.size, dtype=np.int8)
            begins[self.begins] = 1
            return np.cumsum(begins, dtype=np.int64) - 1
        found = np.full(len(self.claims), len(self.lengths))
        found[self.common] = np.repeat(np.arange(len(self.lengths)), self.lengths)
        return found


def ordered(key: IntArray, filed: IntArray) -> tuple[IntArray | slice, IntArray]:
    """Positions in ascending order of keys, and of filing in each (all as they stand: a slice); and the keys so."""
    stands = key[1:] > key[:-1]
    stands |= (key[1:] == key[:-1]) & (filed[1:] >= filed[:-1])
    if stands.all():
        return slice(None), key
    least, bits = int(key.min()), int(filed.max()).bit_length()
    if (int(key.max()) - least).bit_length() + bits + len(key).bit_length() < 63:
        order, both = in_order_of((key.astype(np.int64) - least << bits) + filed)
        return order, (both >> bits) + least
    order, key = in_order_of(key)
    starts = run_starts(key)
    lengths = np.diff(starts, append=len(key))
    several = lengths > 1
    # Only what shares a bucket has an order of filing there.
    where, number = ranges(starts[several], lengths[several]), np.repeat(np.flatnonzero(several), lengths[several])
    shared = pick(order, where)
    order[where] = shared[in_order_of((number << bits) + pick(filed, shared))[0]]
    return order, key


def joined(arrays: list[IntArray]) -> IntArray:
    """The arrays put end to end."""
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
