"""What the lines of one claim share: places, ledgers, lower tiers, other policies."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from policies.engine.assessment import BucketUse
from policies.engine.limits import MoneyLimit
from policies.engine.line import Line
from policies.engine.part import Part
from policies.engine.program import Program
from policies.engine.question import Question

if TYPE_CHECKING:
    from policies.engine.trace import Entry


@dataclass(slots=True)
class _Bucket:
    limit: MoneyLimit
    key: tuple[str, ...]
    cap: int
    used: int
    left: int
    lines: list[Line] = field(default_factory=list)


class Pool:
    """Runs the limits of one claim over its lines, in the order of parts and lines."""

    def __init__(self, asked: Question) -> None:
        self.asked = asked
        self.entries: list[Entry] = []
        self.buckets: dict[tuple[str, ...], _Bucket] = {}
        self.places: dict[str, int] = {}

    def apply(self, parts: Sequence[Part]) -> None:
        """One-offs, places, sums, lower tiers, other policies, in this order."""
        if any(run.program.limited for run in parts):
            self.apply_once_groups(parts)
            self.apply_places(parts)
            self.apply_sums(parts)
            self.apply_absorption(parts)
        else:
            self.apply_places(parts)
        self.apply_other_policies(parts)

    def apply_once_groups(self, parts: Sequence[Part]) -> None:
        """Of several lines of one group only the highest is paid; of equals, the first."""
        best: dict[tuple[str, ...], Line] = {}
        for run in parts:
            once = run.program.once
            if once is None:
                continue
            for line in run.lines:
                if line.amount is None or line.reasons or line.missing:
                    continue
                key = (once.group, *(_once_key(run, line) if once.per == ("subject",) else ()))
                rival = best.get(key)
                wins = rival is None or (rival.amount or 0) < line.amount
                loser = rival if wins else line
                if wins:
                    best[key] = line
                if loser is not None:
                    loser.amount = 0
                    loser.reasons.append((once.note, ()))

    def apply_places(self, parts: Sequence[Part]) -> None:
        """Times and quotas: how many of a line's equal ones count; then the line's sum."""
        for run in parts:
            program = run.program
            times_left = None
            if program.times is not None and program.times.by_line:
                times_left = program.times.count - run.asked.times_before
            for line in run.lines:
                count = line.count
                if (count == 1 and not program.limited) or line.reasons or line.missing or line.measured is not None:
                    continue
                if times_left is not None:
                    count = min(count, times_left)
                    times_left -= count
                    if count < line.count and program.times is not None:
                        self._short(line, count, program, times=True)
                count = self._place(run, line, count)
                if line.amount is not None and not program.aggregate and count != 1:
                    line.amount *= count
                    line.note(program.notes["COUNT"], (count, line.amount))
                if line.amount is None and not count:
                    line.needs_decision = False

    def _short(self, line: Line, count: int, program: Program, *, times: bool) -> None:
        limit = program.times if times else program.quota
        if limit is None:
            return
        note = program.times.cut if times and program.times is not None else limit.note
        if count:
            line.note(note, (count,))
        else:
            line.reasons.append((note, (count,)))

    def _place(self, run: Part, line: Line, count: int) -> int:
        quota = run.program.quota
        if quota is None or not count:
            return count
        rank = self.places.get(quota.group, run.asked.rank or 1)
        if not quota.by_line:
            if rank > quota.count:
                line.reasons.append((quota.note, (rank,)))
                return 0
            line.note(quota.kept, (rank,), applied=False)
            return count
        kept = max(min(count, quota.count - rank + 1), 0)
        self.places[quota.group] = rank + count
        if kept == count:
            line.note(quota.kept, (rank + count - 1,), applied=False)
        elif kept:
            line.note(quota.note, (rank + kept,))
        else:
            line.reasons.append((quota.note, (rank,)))
        return kept

    def apply_sums(self, parts: Sequence[Part]) -> None:
        """Ledger limits: each line is cut to what the smallest of its buckets still holds, then takes it from all."""
        for run in parts:
            for line, program in zip(run.lines, run.programs, strict=True):
                if not line.amount or not program.money_limits or line.reasons or line.missing:
                    continue
                found = [self._bucket(run, line, limit) for limit in program.money_limits]
                for bucket in found:
                    self._cut(line, bucket)
                for bucket in found:
                    bucket.left -= line.amount or 0
                    bucket.lines.append(line)

    def _cut(self, line: Line, bucket: _Bucket) -> None:
        limit, amount = bucket.limit, line.amount or 0
        figures = (bucket.cap, bucket.used, bucket.left)
        if amount <= bucket.left:
            line.note(limit.kept, figures, applied=False)
            return
        line.amount = bucket.left
        if bucket.left:
            line.note(limit.cut, figures)
        else:
            line.reasons.append((limit.cut, figures))

    def _bucket(self, run: Part, line: Line, limit: MoneyLimit) -> _Bucket:
        key = [limit.group]
        cap, ledger = limit.fen, run.asked.paid.sums[limit.ledger]
        for part in limit.per:
            if part == "subject":
                subject = self._subject(run, line)
                key.append(subject)
                ledger = run.asked.paid.projects.get(subject, ledger)
            elif part == "year":
                key.append(str(self.asked.year))
            else:
                key.append(part)
        if limit.before is not None:
            ledger += line.facts.get(limit.before) or 0
        bucket = self.buckets.get(tuple(key))
        if bucket is not None:
            return bucket
        if limit.ratio is not None and limit.only is not None and limit.only(line.facts):
            cap = run.program.part(cap, limit.ratio)
        if limit.per == ("subject",):
            # So many equal ones are so many subjects, each with its own cap.
            cap *= line.count
        bucket = _Bucket(limit, tuple(key), cap, ledger, max(cap - ledger, 0))
        self.buckets[tuple(key)] = bucket
        return bucket

    @staticmethod
    def _subject(run: Part, line: Line) -> str:
        name = run.program.item.subject
        value = line.facts.get(name) if name else None
        return str(value) if value is not None else f"{run.program.item.id}#{line.number}"

    def apply_absorption(self, parts: Sequence[Part]) -> None:
        """A higher tier pays the difference to what its lower tier was or is now paid."""
        whole = [run.sum for run in parts]
        for run in parts:
            absorbs = run.program.absorbs
            if absorbs is None or not run.sum:
                continue
            before = run.asked.paid.sums[absorbs.ledger]
            below = [
                (tier, fen) for tier, fen in zip(parts, whole, strict=True) if tier.program.item.id == absorbs.item
            ]
            lower = sum(fen for _, fen in below)
            # A lower tier that absorbs in its turn stands for what was paid below it, too.
            chained = any(tier.program.absorbs is not None for tier, _ in below)
            lower = max(lower, before) if chained else lower + before
            if not lower:
                self.entries.append((absorbs.unused, (), run.sum, False, 0))
                continue
            run.take_off(lower)
            self.entries.append((absorbs.note, (lower,), run.sum, True, 0))
            if not run.sum:
                run.reasons.append((absorbs.note, (lower,), 0))

    def apply_other_policies(self, parts: Sequence[Part]) -> None:
        """从新从优从高: what another policy paid for the same matter is taken off, once for the whole claim."""
        left = self.asked.paid.sums["other_policy"]
        for run in parts:
            if not run.program.set_off or not run.sum:
                continue
            notes = run.program.notes
            other = run.asked.paid.sums["other_policy"] if run.asked.own_paid else left
            if not other:
                self.entries.append((notes["SET_OFF_NONE"], (), run.sum, False, 0))
                continue
            taken = run.take_off(other)
            if not run.asked.own_paid:
                left -= taken
            self.entries.append((notes["SET_OFF"], (other,), run.sum, True, 0))
            if not run.sum:
                run.reasons.append((notes["SET_OFF"], (other,), 0))

    def uses(self, parts: Sequence[Part]) -> tuple[BucketUse, ...]:
        """What the claim takes from each bucket, for the ledger of the application."""
        found = []
        for bucket in self.buckets.values():
            amount = sum(line.amount or 0 for line in bucket.lines)
            if amount:
                found.append(self._use(bucket, amount))
        for run in parts:
            times = run.program.times
            if times is not None and run.sum:
                used = sum(1 for line in run.lines if line.amount) if times.by_line else 1
                code = times.note.code
                group = f"{run.program.item.id}:{code}"
                found.append(BucketUse(code, group, ("applicant",), None, None, used, times.count, "count"))
        return tuple(found)

    def _use(self, bucket: _Bucket, amount: int) -> BucketUse:
        limit = bucket.limit
        return BucketUse(
            code=limit.code,
            group=limit.group,
            key=limit.per,
            subject=bucket.key[1] if limit.per == ("subject",) else None,
            year=self.asked.year if "year" in limit.per else None,
            amount=amount,
            cap=bucket.cap,
        )


def _once_key(run: Part, line: Line) -> tuple[str, ...]:
    """Lines are the same right where they say so; unnamed rights of two items are matched by their place."""
    name = run.program.item.subject
    value = line.facts.get(name) if name else None
    return (str(value),) if value is not None else (f"#{line.number}",)
