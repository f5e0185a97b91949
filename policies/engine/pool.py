"""What the lines of one claim share: limits, and what other policies paid for the same matter."""

from collections.abc import Iterator, Sequence

from policies.engine.assessment import BucketUse
from policies.engine.limits.absorb import take_off_lower_tiers
from policies.engine.limits.counted import count_lines
from policies.engine.limits.money import ClaimBuckets
from policies.engine.limits.once import keep_best
from policies.engine.limits.times import times_uses
from policies.engine.part import Part
from policies.engine.question import Question
from policies.engine.trace import Entry


class Pool:
    """Runs the limits of one claim over its lines, in the order of parts and lines."""

    def __init__(self, asked: Question) -> None:
        self.asked = asked
        self.entries: list[Entry] = []
        self.buckets = ClaimBuckets(asked.year)

    def apply(self, parts: Sequence[Part]) -> None:
        """One-offs, times and places, sums, lower tiers, other policies, in this order."""
        if any(run.program.limited for run in parts):
            keep_best(parts)
            count_lines(parts)
            self.buckets.cut(parts)
            self.entries += take_off_lower_tiers(parts)
        else:
            count_lines(parts)
        self.entries += _take_off_other_policies(self.asked, parts)

    def uses(self, parts: Sequence[Part]) -> tuple[BucketUse, ...]:
        """What the claim takes from each bucket."""
        return (*self.buckets.uses(), *times_uses(parts))


def _take_off_other_policies(asked: Question, parts: Sequence[Part]) -> Iterator[Entry]:
    """从新从优从高: what another policy paid for the same matter is taken off, once for the whole claim."""
    left = asked.paid.sums["other_policy"]
    for run in parts:
        if not run.program.set_off or not run.sum:
            continue
        notes = run.program.notes
        other = run.asked.paid.sums["other_policy"] if run.asked.own_paid else left
        if not other:
            yield (notes["SET_OFF_NONE"], (), run.sum, False, 0)
            continue
        taken = run.take_off(other)
        if not run.asked.own_paid:
            left -= taken
        yield (notes["SET_OFF"], (other,), run.sum, True, 0)
        if not run.sum:
            run.reasons.append((notes["SET_OFF"], (other,), 0))
