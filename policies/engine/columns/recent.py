"""What claims of the last years before each claim took from its bucket, without a loop over claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from policies.engine.columns.arithmetic import add_months, is_ascending, pick, sums_before

if TYPE_CHECKING:
    from policies.engine.columns.buckets import Buckets
    from policies.engine.columns.population import IntArray

_SPAN = 2**23  # more than the number of the last day there is


class Recent:
    """The entries of buckets with several, each with the first of them that is not older than `years`.

    `days`: of each entry the day of its claim; in the order of filing they never go back.
    """

    def __init__(self, buckets: Buckets, days: IntArray, years: int) -> None:
        self._order, self._begins = buckets.common, buckets.begins
        number = np.repeat(np.arange(len(buckets.lengths), dtype=np.int64), buckets.lengths) * _SPAN
        day = pick(days, self._order)
        # The day so many years before counts no more.
        before = add_months(day, -12 * years) if len(day) else day
        # Only then can the first be looked up.
        self.is_in_order = is_ascending(number + day)
        self._first = np.searchsorted(number + day, number + before, side="right")

    def found(self, taken: IntArray) -> tuple[IntArray | slice, IntArray]:
        """Entries, and what each finds taken by the earlier claims of its last years."""
        before = sums_before(pick(taken, self._order), self._begins)
        return self._order, before - pick(before, self._first)
