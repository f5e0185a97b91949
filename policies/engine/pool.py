"""What the lines of one claim share: its limits, and what other policies paid for the same matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policies.engine.assessment import BucketUse
    from policies.engine.limits.base import ClaimBucket
    from policies.engine.part import Part
    from policies.engine.question import Question
    from policies.engine.trace import Entry


class Pool:
    """Runs the limits of one claim over its lines, in the order of parts and lines; what each does it says itself."""

    def __init__(self, asked: Question, parts: Sequence[Part]) -> None:
        self.parts = parts
        self.entries: list[Entry] = []
        self.left_of_others = asked.paid.sums["other_policy"]
        self._state: dict[Any, Any] = {}
        self._buckets: dict[Any, ClaimBucket] = {}
        self._sums: list[tuple[Part, int]] = []

    def apply(self) -> None:
        """Choose lines, count equal ones, cut sums, and take off the claim's sums, in this order."""
        parts = self.parts
        for part in parts:
            for limit in part.program.choosing:
                limit.choose(part, self._state)
        for part in parts:
            self._count(part)
        for part in parts:
            self._cut(part)
        turns = [(limit, part) for part in parts for limit in part.program.deducting]
        if len(parts) > 1 and turns:
            self._sums = [(part, part.sum) for part in parts]
            turns.sort(key=lambda turn: turn[0].turn)
        for limit, part in turns:
            entry = limit.deduct(self, part)
            if entry is not None:
                self.entries.append(entry)

    def sums(self) -> list[tuple[Part, int]]:
        """The fen of each part before anything was taken off its sum; of a lone part none."""
        return self._sums

    def uses(self) -> tuple[BucketUse, ...]:
        """What the claim takes from each bucket."""
        found = [bucket.use() for bucket in self._buckets.values()] if self._buckets else []
        for part in self.parts:
            if part.program.reporting:
                found += [limit.use(part) for limit in part.program.reporting]
        return tuple(use for use in found if use is not None) if found else ()

    def _count(self, part: Part) -> None:
        """How many of each line's equal ones count; then the line's sum."""
        program = part.program
        for line in part.lines:
            count = line.count
            if (count == 1 and not program.counting) or line.reasons or line.missing or line.measured is not None:
                continue
            for limit in program.counting:
                count = limit.keep(part, line, count, self._state) if count else 0
            if line.amount is not None and not program.aggregate and count != 1:
                line.amount *= count
                line.note(program.notes["COUNT"], (count, line.amount))
            if line.amount is None and not count:
                line.needs_decision = False

    def _cut(self, part: Part) -> None:
        """Cut each line to what the smallest of its buckets still holds, and take that from all of them."""
        for line in part.lines:
            cutting = line.program.cutting
            if not cutting or not line.amount or line.reasons or line.missing:
                continue
            found = [limit.bucket(part, line, self._buckets) for limit in cutting]
            for bucket in found:
                bucket.cut(line)
            for bucket in found:
                bucket.take(line)
