"""How often an applicant, or a right, is paid, as `count` limits it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from policies.engine.assessment import BucketUse
from policies.engine.columns.ledger import Ledger
from policies.engine.limits.base import CompiledLimit, LimitColumns, subject_of
from policies.engine.limits.places import CountedLimit
from policies.engine.scopes import ONE_OF_GROUP, TIMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policies.engine.assessment import Reason
    from policies.engine.batch.answers import Work
    from policies.engine.batch.run import Run
    from policies.engine.columns.keys import Keys
    from policies.engine.columns.population import IntArray
    from policies.engine.line import Line
    from policies.engine.part import Part
    from policies.engine.trace import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesLimit(CountedLimit):
    """A compiled number of times; `cut` says how many lines of a claim still count.

    Of a right each line counts for itself: so many equal ones are so many rights.
    """

    turn = 20

    cut: Note

    @property
    def shown_as(self) -> str:
        """What its ledger is called: the buckets of its scope."""
        return f"{TIMES}{self.scope.ledger}"

    def refusal(self, part: Part) -> Reason | None:
        if self.scope.by_subject:
            return None
        before = part.asked.times_before.of(self.scope.ledger)
        if self.count == 1 and part.asked.paid.once_group and stands_for_group(part.program.limits):
            before = max(before, 1)
        return (self.note, (before,), 0) if before >= self.count else None

    def keep(self, part: Part, line: Line, count: int, state: dict[Any, Any]) -> int:
        if not self.by_lines:
            return count
        subject = subject_of(part, line) if self.scope.by_subject else None
        name = (id(self), id(part), subject)
        left = state.get(name, self.count - part.asked.times_before.of(self.scope.ledger, subject))
        kept: int = max(min(count, left), 0)
        if subject is not None:
            kept, state[name] = (count, left - 1) if kept else (0, left)
        else:
            state[name] = left - kept
        if not kept:
            line.reasons.append((self.cut, (kept,)))
        elif kept < count:
            line.note(self.cut, (kept,))
        return kept

    def use(self, part: Part) -> BucketUse | None:
        if not part.sum or self.scope.by_subject:
            return None
        own, used = part.program.item.id, self.times_taken(sum(1 for line in part.lines if line.amount))
        group = f"{own}:{self.code}" if self.base == own else self.base
        year = part.year if self.scope.by_year else None
        return BucketUse(self.code, group, self.scope.per, None, year, used, self.count, "count")


def stands_for_group(limits: Iterable[CompiledLimit]) -> bool:
    """Whether an item that is paid once only is a group of its own, as no limit asks for its group."""
    return all(limit.asks != ONE_OF_GROUP.ledger for limit in limits)


def times_of(run: Run) -> list[TimesLimit]:
    """The numbers of times that a run's item has."""
    return [limit for limit in run.program.limits if isinstance(limit, TimesLimit)]


class TimesColumns(LimitColumns):
    """How often each applicant was paid, or each right was."""

    limits: list[TimesLimit]

    @property
    def counts(self) -> bool:
        return any(limit.by_lines for limit in self.limits)

    def refuse(self, work: Work) -> None:
        run = work.run
        for limit in (one for one in self.limits if not one.scope.by_subject):
            before = run.found_by_claims(limit.shown_as) + run.times_before(limit.scope.ledger)
            if limit.count == 1 and run.population.once_group is not None and stands_for_group(run.program.limits):
                before = np.maximum(before, run.population.once_group[run.span])
            work.refuse_claims(before >= limit.count, limit.note.code)

    def keep(self, work: Work) -> None:
        run, shape = work.run, work.run.shape
        for limit in self.limits:
            count = work.count
            if not limit.by_lines or count is None:
                continue
            ledger = limit.scope.ledger
            if limit.scope.by_subject:
                before = run.found_by_lines(limit.shown_as) + run.times_for_subjects(ledger)
                kept = count * (before + run.rank_of_subject(count > 0) < limit.count)
            else:
                before = run.found_by_claims(limit.shown_as) + run.times_before(ledger)
                left = shape.spread(np.maximum(limit.count - before, 0))
                kept = np.clip(left - shape.before(count), 0, count)
            work.refuse_lines(np.flatnonzero((count > 0) & (kept == 0)), limit.note.code)
            work.count = kept

    @classmethod
    def ledgers(cls, runs: list[Run], keys: Keys) -> Iterator[Ledger]:
        """One for each item (or group of items) whose times are limited under any of its versions and readings."""
        for base, scope in dict.fromkeys((limit.base, limit.scope) for run in runs for limit in times_of(run)):
            members = [run for run in runs if run.item.id == base or any(limit.base == base for limit in times_of(run))]
            yield TimesLedger(base, scope, members, keys)


class TimesLedger(Ledger):
    """How often applicants, or rights, were paid."""

    refuses = True

    def _own(self, run: Run) -> TimesLimit | None:
        """The limit of a run that stands on these buckets."""
        return next((one for one in times_of(run) if (one.base, one.scope) == (self.name, self.scope)), None)

    def takes(self, run: Run, at: IntArray | slice) -> IntArray:
        if self.scope.by_subject:
            return (run.answers.granted[at] > 0).astype(np.int64)
        paid, kept = run.answers.amount[at] > 0, self.scope.kept
        if any(one.by_lines for one in times_of(run) if one.base == self.name and one.scope.kept is kept):
            return paid * run.shape.add_up((run.answers.lines > 0).astype(np.int64))[at]
        return paid.astype(np.int64)

    def shown_to(self, run: Run) -> tuple[str, ...]:
        own = self._own(run)
        return () if own is None else (own.shown_as,)

    def relevant(self, run: Run, at: IntArray | slice, found: IntArray) -> IntArray:
        limit = self._own(run)
        if limit is None:
            return found
        if limit.by_lines:
            return np.minimum(found, limit.count)
        return limit.count * (found + run.times_before(limit.scope.ledger)[at] >= limit.count)

    @cached_property
    def most(self) -> int | None:
        counts = [own.count for run in self.runs if (own := self._own(run)) is not None]
        return max(counts) if len(counts) == len(self.runs) else None


TimesLimit.columns = TimesColumns
