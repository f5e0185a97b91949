"""Places that applicants take, however many claims each files, without a loop over claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from policies.engine.columns.arithmetic import pick, ranges, run_starts
from policies.engine.columns.buckets import joined

if TYPE_CHECKING:
    from policies.engine.columns.buckets import Buckets
    from policies.engine.columns.population import BoolArray, IntArray

_DIGITS = 2**16 - 1


class Places:
    """The first applicants of each bucket, and who finds how many places taken.

    `applicant`: a number from 0 for each entry's applicant; `most`: how many places its bucket has; `given`: entries
    that a selection gave a place (None: none). Claims below are positions in the order of the buckets.
    """

    def __init__(self, buckets: Buckets, applicant: IntArray, most: IntArray, given: BoolArray | None) -> None:
        self._order, self._begins = buckets.common, buckets.begins
        self._most = pick(most, self._order)[self._begins]
        self._bucket = np.repeat(np.arange(len(buckets.lengths), dtype=np.int32), buckets.lengths)
        self._applicant = applicant[self._order]
        self._applicants = int(self._applicant.max(initial=0)) + 1
        self._given = None if given is None else given[self._order]
        # What was found when it was last asked.
        self._known = np.zeros(len(self._bucket), dtype=np.int64)

    def found(self, wants: BoolArray) -> tuple[IntArray | slice, IntArray]:
        """Entries, and how many places they find taken: none where their applicant has one already.

        At least those that find something else than when it was last asked.
        """
        wanting = np.flatnonzero(wants[self._order])
        placed = self._firsts(wanting)
        found = self._taken_before(placed)
        if self._given is not None:
            placed = np.union1d(placed, wanting[self._given[wanting]])
        # The last digits of their numbers tell most other applicants from those who have a place.
        alike = np.zeros(_DIGITS + 1, dtype=np.bool_)
        alike[self._applicant[placed] & _DIGITS] = True
        later = np.flatnonzero(alike[self._applicant & _DIGITS])
        holders, earliest = np.unique(self._holder(placed), return_index=True)
        if len(holders):
            own = self._holder(later)
            at = np.minimum(np.searchsorted(holders, own), len(holders) - 1)
            found[later[(holders[at] == own) & (later > placed[earliest[at]])]] = 0
        fresh = np.flatnonzero(found != self._known)
        self._known = found
        if len(fresh) * 2 > len(found):
            return self._order, found
        return (fresh if isinstance(self._order, slice) else pick(self._order, fresh)), pick(found, fresh)

    def _taken_before(self, placed: IntArray) -> IntArray:
        """How many of the places at these ascending positions each claim's bucket has before it."""
        fills = np.searchsorted(placed, self._begins)
        counts = np.diff(fills, append=len(placed))
        # A bucket of n places has n + 1 stretches: up to its first place, between two, and after its last.
        before = np.arange(len(placed) + len(counts)) - np.repeat(fills + np.arange(len(fills)), counts + 1)
        # One that would begin after the last claim of its bucket is empty, and stands before the next bucket's first.
        starts = (np.sort(np.concatenate((2 * self._begins, 2 * placed + 1))) + 1) // 2
        return np.repeat(before, np.diff(starts, append=len(self._bucket)))

    def _firsts(self, wanting: IntArray) -> IntArray:
        """The first claim of each of a bucket's first applicants that want a place, of as many as it has places."""
        begins = run_starts(self._bucket[wanting])
        most = self._most[self._bucket[wanting[begins]]]
        lengths = np.diff(begins, append=len(wanting))
        # What comes after those who filled a bucket needs no look.
        look, found = 4 * most, [wanting[:0]]
        while len(begins):
            at = wanting[ranges(begins, np.minimum(lengths, look))]
            at = at[np.sort(np.unique(self._holder(at), return_index=True)[1])]
            starts = run_starts(self._bucket[at])
            counts = np.diff(starts, append=len(at))
            done = (counts >= most) | (lengths <= look)
            place = np.arange(len(at)) - np.repeat(starts, counts)
            found.append(at[(place < np.repeat(most, counts)) & np.repeat(done, counts)])
            begins, lengths, most, look = begins[~done], lengths[~done], most[~done], 8 * look[~done]
        return np.sort(joined(found))

    def _holder(self, at: IntArray) -> IntArray:
        """A number for the bucket and the applicant of each claim."""
        return self._bucket[at].astype(np.int64) * self._applicants + self._applicant[at]
