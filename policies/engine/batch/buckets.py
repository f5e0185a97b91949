"""What claims take from the buckets that several of them share, without a loop over claims.

Claims are settled in batches, in the order of filing. What a claim finds in its bucket is what earlier batches took
from it, and a running total over the earlier claims of its own batch where the bucket has several entries there.
"""

from dataclasses import dataclass

import numpy as np

from policies.engine.columns.arithmetic import run_starts, stable_order
from policies.engine.columns.population import IntArray


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of one run of claims: the keys of their buckets, and the claims (global numbers, ascending)."""

    key: IntArray
    claim: IntArray


class Buckets:
    """All buckets of one kind, numbered in ascending order of their keys, and what batches took so far.

    Several entries of one claim in one bucket (lines on one right) find the same: what earlier claims took.
    """

    def __init__(self, parts: list[Entries]) -> None:
        self.claims = [part.claim for part in parts]
        joined = _joined([part.key for part in parts])
        self.values, numbers = numbered(joined)
        self.numbers = np.split(numbers, np.cumsum([len(part.key) for part in parts])[:-1])
        size, claims = len(self.values), _joined(self.claims)
        # One claim of each bucket: whose applicant, subject, year or city the bucket has.
        self.claim = np.full(size, -1, dtype=np.int64)
        self.claim[numbers] = claims
        self.shared = bool((self.claim[numbers] != claims).any())
        self.taken = np.zeros(size, dtype=np.int64)
        self._last = np.zeros(size, dtype=np.int64)
        self._several = np.zeros(size, dtype=np.bool_)

    def open(self, chosen: list[int]) -> None:
        """Begin a batch with the entries of the chosen parts."""
        number = _joined([self.numbers[index] for index in chosen])
        self._number = number
        self._ends = np.cumsum([len(self.numbers[index]) for index in chosen])[:-1]
        self._before = self.taken[number]
        self._order = self._entries_in_common(number)
        if len(chosen) > 1:
            claim = _joined([self.claims[index] for index in chosen])
            self._order = self._order[stable_order(claim[self._order])]
        else:
            claim = self.claims[chosen[0]]
        self._order = self._order[stable_order(number[self._order])]
        number, claim = number[self._order], claim[self._order]
        starts = run_starts(number)
        self._begins = np.repeat(starts, np.diff(starts, append=len(number)))
        fresh = np.ones(len(number), dtype=np.bool_)
        fresh[1:] = (number[1:] != number[:-1]) | (claim[1:] != claim[:-1])
        self._firsts = np.flatnonzero(fresh)

    def _entries_in_common(self, number: IntArray) -> IntArray:
        """Positions of the entries that share their bucket with another of the batch."""
        position = np.arange(len(number))
        self._last[number] = position
        repeated = number[self._last[number] != position]
        self._several[repeated] = True
        found = np.flatnonzero(self._several[number])
        self._several[repeated] = False
        return found

    def found(self, taken: list[IntArray]) -> list[IntArray]:
        """What each entry of the batch finds taken from its bucket by earlier claims, given what the entries take."""
        found = self._before.copy()
        if len(self._order):
            values = _joined(taken)[self._order]
            before = np.cumsum(values) - values
            if len(self._firsts) < len(values):
                before = np.repeat(before[self._firsts], np.diff(self._firsts, append=len(values)))
            found[self._order] += before - before[self._begins]
        return np.split(found, self._ends)

    def close(self, taken: list[IntArray]) -> None:
        """End the batch: add what its entries took."""
        np.add.at(self.taken, self._number, _joined(taken))

    @property
    def used(self) -> IntArray:
        """The numbers of the buckets that have entries."""
        return np.flatnonzero(self.claim >= 0)

    def sums(self, taken: list[IntArray]) -> IntArray:
        """What all entries took from each bucket."""
        found = np.zeros(len(self.values), dtype=np.int64)
        np.add.at(found, _joined(self.numbers), _joined(taken))
        return found

    def largest(self, values: list[IntArray]) -> IntArray:
        """The largest value, not below 0, in each bucket."""
        found = np.zeros(len(self.values), dtype=np.int64)
        np.maximum.at(found, _joined(self.numbers), _joined(values))
        return found

    def by_bucket(self) -> list[IntArray]:
        """The claims of each bucket that has entries, in the order of filing."""
        number, claim = _joined(self.numbers), _joined(self.claims)
        order = stable_order(claim)
        order = order[stable_order(number[order])]
        return np.split(claim[order], run_starts(number[order])[1:])


def _joined(arrays: list[IntArray]) -> IntArray:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def numbered(keys: IntArray) -> tuple[IntArray, IntArray]:
    """Ascending values, and the place of each key among them; where keys lie close, some values have no key."""
    least, most = int(keys.min(initial=2**62)), int(keys.max(initial=-1))
    if most - least < 4 * len(keys) + 2**16:
        return np.arange(least, most + 1), keys - least
    order = stable_order(keys)
    starts = run_starts(keys[order])
    numbers = np.empty(len(keys), dtype=np.int64)
    numbers[order] = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(keys)))
    return keys[order[starts]], numbers
