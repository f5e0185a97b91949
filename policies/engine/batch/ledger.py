"""What earlier claims took from the buckets that later ones share, without a loop over claims.

A bucket's entries are sorted once by its key and the order of filing; what a claim finds in it is then a running total.
"""

from dataclasses import dataclass, field

import numpy as np

from policies.engine.columns.arithmetic import run_starts, stable_order
from policies.engine.columns.population import IntArray


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of one run of claims: their keys and claims (global numbers, ascending)."""

    key: IntArray
    claim: IntArray


@dataclass(slots=True)
class Bucket:
    """All buckets of one kind: so many keys, each with entries in the order of filing.

    Several entries of one claim under one key (lines on one right) see the same: what earlier claims took.
    """

    parts: list[Entries]
    # An order of the same entries by another key, which may serve: by applicant for applicant and year.
    known: IntArray | None = None
    order: IntArray = field(init=False)
    starts: IntArray = field(init=False)
    _begins: IntArray = field(init=False)
    _claims: IntArray = field(init=False)
    _ends: IntArray = field(init=False)

    def __post_init__(self) -> None:
        key = _joined([part.key for part in self.parts])
        claim = _joined([part.claim for part in self.parts])
        self.order = self._ordered(key, claim)
        key, claim = key[self.order], claim[self.order]
        self.starts = run_starts(key)
        # Where the run of each entry's key begins.
        self._begins = np.repeat(self.starts, np.diff(self.starts, append=len(key)))
        fresh = np.ones(len(key), dtype=np.bool_)
        fresh[1:] = (key[1:] != key[:-1]) | (claim[1:] != claim[:-1])
        self._claims = np.flatnonzero(fresh)
        self._ends = np.cumsum([len(part.key) for part in self.parts])

    def _ordered(self, key: IntArray, claim: IntArray) -> IntArray:
        if self.known is not None:
            sorted_key = key[self.known]
            if not (sorted_key[1:] < sorted_key[:-1]).any():
                return self.known
        if len(self.parts) == 1:
            return stable_order(key)
        filed = stable_order(claim)
        return filed[stable_order(key[filed])]

    @property
    def shared(self) -> bool:
        """Whether any key has entries of two claims: otherwise nobody ever finds anything."""
        return len(self._claims) > len(self.starts)

    def seen(self, taken: list[IntArray]) -> list[IntArray]:
        """For each entry of each part, what earlier claims took under its key."""
        values = _joined(taken)[self.order]
        before = np.cumsum(values) - values
        if len(self._claims) < len(values):
            before = np.repeat(before[self._claims], np.diff(self._claims, append=len(values)))
        before -= before[self._begins]
        found = np.empty(len(values), dtype=np.int64)
        found[self.order] = before
        return np.split(found, self._ends[:-1])

    def sums(self, taken: list[IntArray]) -> IntArray:
        """What was taken under each key in the end, in the order of the keys."""
        if not len(self.starts):
            return np.zeros(0, dtype=np.int64)
        found: IntArray = np.add.reduceat(_joined(taken)[self.order], self.starts)
        return found

    def largest(self, values: list[IntArray]) -> IntArray:
        """The largest value under each key, in the order of the keys."""
        if not len(self.starts):
            return np.zeros(0, dtype=np.int64)
        found: IntArray = np.maximum.reduceat(_joined(values)[self.order], self.starts)
        return found

    def first_claims(self) -> IntArray:
        """The first claim under each key: whose applicant, subject, year or city the bucket has."""
        found: IntArray = _joined([part.claim for part in self.parts])[self.order[self.starts]]
        return found


def _joined(arrays: list[IntArray]) -> IntArray:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
