"""Buckets that several claims of a population share, and what each claim finds taken, without a loop over claims."""

import numpy as np

from policies.engine.columns.arithmetic import run_starts, stable_order
from policies.engine.columns.population import IntArray


class Buckets:
    """All buckets of one kind, numbered in ascending order of their keys, and the entries of claims in them.

    `keys` and `claims` have an array for each run: the buckets of its entries, and their claims (global numbers). Only
    buckets with entries of several claims need any work: what a claim finds in one is a running total over the entries
    of earlier claims. Several entries of one claim in one bucket (lines on one right) find the same.
    """

    def __init__(self, keys: list[IntArray], claims: list[IntArray]) -> None:
        key, claim = joined(keys), joined(claims)
        self.number, self.size, self._values = numbered(key)
        self.claims = claim
        # One claim of each bucket, -1 where it has none: whose applicant, subject, year or city the bucket has.
        self.claim = np.full(self.size, -1, dtype=np.int32)
        self.claim[self.number] = claim
        apart = self.number[self.claim[self.number] != claim]
        self.shared = bool(len(apart))
        several = np.zeros(self.size, dtype=np.bool_)
        several[apart] = True
        order = np.flatnonzero(several[self.number])
        if len(keys) > 1 and (claim[order[1:]] < claim[order[:-1]]).any():
            order = order[stable_order(claim[order])]
        self._order = order[stable_order(self.number[order])]
        self._in_order = self.number[self._order]
        self._starts = run_starts(self._in_order)
        neighbours = claim[self._order[1:]] == claim[self._order[:-1]]
        self._repeats = bool((neighbours & (self._in_order[1:] == self._in_order[:-1])).any())

    def values(self, numbers: IntArray) -> IntArray:
        """The keys of buckets."""
        return numbers + self._values if isinstance(self._values, int) else self._values[numbers]

    def found(self, taken: IntArray, changed: IntArray | None = None) -> tuple[IntArray, IntArray]:
        """What entries find taken by earlier claims, given what all entries take: their positions, and the sums.

        With `changed`, only entries of the buckets in which these entries stand.
        """
        order, starts, number = self._order, self._starts, self._in_order
        if changed is not None and len(changed) * 4 < len(order):
            hit = np.zeros(self.size, dtype=np.bool_)
            hit[self.number[changed]] = True
            where = np.flatnonzero(hit[number])
            order, number = order[where], number[where]
            starts = run_starts(number)
        values = taken[order]
        before = np.cumsum(values, dtype=np.int64) - values
        if self._repeats and len(order):
            claim = self.claims[order]
            fresh = np.ones(len(order), dtype=np.bool_)
            fresh[1:] = (number[1:] != number[:-1]) | (claim[1:] != claim[:-1])
            firsts = np.flatnonzero(fresh)
            before = np.repeat(before[firsts], np.diff(firsts, append=len(order)))
        before -= np.repeat(before[starts], np.diff(starts, append=len(order)))
        return order, before

    def found_by_all(self, taken: IntArray) -> IntArray:
        """What every entry finds taken by earlier claims."""
        found = np.zeros(len(self.number), dtype=np.int64)
        where, sums = self.found(taken)
        found[where] = sums
        return found

    def sums(self, taken: IntArray) -> IntArray:
        """What all entries took from each bucket."""
        found = np.zeros(self.size, dtype=np.int64)
        np.add.at(found, self.number, taken)
        return found

    def largest(self, values: IntArray, where: IntArray | slice = slice(None), *, least: int = 0) -> IntArray:
        """The largest value, not below `least`, of the entries at `where` in each bucket."""
        found = np.full(self.size, least, dtype=np.int64)
        np.maximum.at(found, self.number[where], values[where])
        return found


def joined(arrays: list[IntArray]) -> IntArray:
    """The arrays put end to end."""
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def numbered(keys: IntArray) -> tuple[IntArray, int, IntArray | int]:
    """The place of each key among the ascending ones, how many there are, and the keys themselves.

    Where keys lie close, some numbers have no key: then the keys are the numbers and the least key.
    """
    least, most = int(keys.min(initial=2**62)), int(keys.max(initial=-1))
    if most - least < 4 * len(keys) + 2**16:
        return keys - least, max(most - least + 1, 0), least
    order = stable_order(keys)
    starts = run_starts(keys[order])
    numbers = np.empty(len(keys), dtype=np.int64)
    numbers[order] = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(keys)))
    return numbers, len(starts), keys[order[starts]]
