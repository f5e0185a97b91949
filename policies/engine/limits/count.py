"""`count`: so many subsidies of an applicant or a right, or so many places a year for a city or district."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.assessment import BucketUse
from policies.engine.columns.arithmetic import run_starts, sums_before
from policies.engine.columns.ledger import Ledger
from policies.engine.limits.base import GROUP, CompiledLimit, Limit, LimitColumns, Scoped, subject_of
from policies.engine.limits.places import PLACES, CountedLimit, QuotaLimit
from policies.engine.problems import problem_code
from policies.engine.scopes import DISTRICT_YEAR, ONE_OF_GROUP, TIMES
from policies.engine.spec import COUNT, key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from policies.engine.assessment import Reason
    from policies.engine.batch.answers import Work
    from policies.engine.batch.run import Run
    from policies.engine.columns.keys import Keys
    from policies.engine.columns.population import BoolArray, IntArray
    from policies.engine.context import Context
    from policies.engine.line import Line
    from policies.engine.operations.base import Label, Wording
    from policies.engine.part import Part
    from policies.engine.problems import Fault, Place
    from policies.engine.trace import Note

TALLIES = {"paid": "以前批准过几次", "lines": "连同本次逐项计", "applicants": "每个主体占一个名额"}
WRONG_TALLY = problem_code(
    "wrong_tally",
    "次数与名额的计法不符",
    "次数用 paid 或 lines，年度名额用 lines 或 applicants",
    form="次数与名额的计法不符：次数请选以前批准过几次或逐项计（每件的次数只能逐项计），年度名额请选逐项计或每个主体占一个。",
)


@dataclass(frozen=True, kw_only=True)
class Count(Scoped, Limit):
    """An applicant, or a right, gets at most `count` subsidies; or there are so many places a year, by rank."""

    kind = "count"
    label = "次数或名额"
    help = "同一主体或同一件（项目、合同）最多几次，可以每年和累计各一条；或全市、各区每年几个名额"
    order = 20
    preset: ClassVar = {"code": "TIMES", "per": ["applicant"], "tally": "lines"}

    count: int = key(COUNT, "多少")
    tally: str = key(TALLIES, "怎么计数")
    group: str | None = key(GROUP, "与其他事项共用", help="几个事项写同一个组名，就共用这一个上限", default=None)

    @property
    def are_places(self) -> bool:
        """Whether places of a year are counted, and not the applicant's times."""
        return self.scope.is_shared

    @property
    def acts_as(self) -> object:
        return PLACES if self.are_places else (type(self), self.per)

    @property
    def repeats_rights(self) -> bool:
        return self.scope.by_subject and self.count > 1

    def compile(self, context: Context, *, item_id: str) -> CompiledLimit:
        return (self._places if self.are_places else self._times)(context, item_id)

    def _times(self, context: Context, item_id: str) -> TimesLimit:
        most = self.sentence(context.label)
        return TimesLimit(
            code=self.code,
            scope=self.scope,
            base=self.group or item_id,
            asks=f"{TIMES}{self.scope.ledger}",
            count=self.count,
            by_lines=self.tally == "lines",
            note=context.note(
                self.code,
                lambda figures: f"依据 {context.citation}：{most}，此前已支持 {figures[0]} 次",
                cite=self.cite,
            ),
            cut=context.note(self.code, lambda figures: f"{most}，本次只计 {figures[0]} 项", cite=self.cite),
        )

    def _places(self, context: Context, item_id: str) -> QuotaLimit:
        most = f"{self.sentence(context.label)}，排名第"
        return QuotaLimit(
            code=self.code,
            scope=self.scope,
            base=self.group or item_id,
            asks="places",
            count=self.count,
            group=self.group or f"{item_id}:{self.code}",
            by_lines=self.tally == "lines",
            note=context.note(
                self.code,
                lambda figures: f"依据 {context.citation}：{most} {figures[0]}，不在名额内",
                cite=self.cite,
            ),
            kept=context.note(self.code, lambda figures: f"{most} {figures[0]}，在名额内", cite=self.cite),
        )

    def problems(self, item_id: str, types: Mapping[str, str]) -> Iterator[tuple[Place, Fault]]:
        """Times are counted by decisions or lines (of a right by lines), places of a year by lines or applicants."""
        tallies = ("lines", "applicants") if self.are_places else ("paid", "lines")
        if self.tally not in (tallies[1:] if self.scope.by_subject else tallies):
            yield ("tally",), WRONG_TALLY.fault()
        yield from self.scope_problems()

    def sentence(self, label: Label) -> str:
        if self.are_places:
            return f"{'各区' if self._by_district else ''}每年不超过 {self.count} 个名额"
        return f"{self._whose}最多支持 {self.count} 次"

    @property
    def _by_district(self) -> bool:
        return self.scope is DISTRICT_YEAR

    @property
    def _whose(self) -> str:
        if self.scope.is_rolling or self.scope.by_subject:
            return self.scope.name
        return f"同一{'集团' if self.scope.by_group else '主体'}{'每年' if self.scope.by_year else ''}"

    def short_name(self) -> str:
        if self.are_places:
            return "每年名额"
        return f"{'每件' if self.scope.by_subject else '每年' if self.scope.by_year else ''}次数上限"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield (f"{self.scope.name} {self.count} 个名额" if self.are_places else f"{self._whose}最多 {self.count} 次")

    def figures(self) -> Mapping[str, str]:
        return {"count": "每年名额" if self.are_places else f"{self._whose}最多次数"}


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

    def __init__(self, run: Run, limits: Sequence[tuple[TimesLimit, IntArray | None]]) -> None:
        super().__init__(run, limits)
        self.limits = [limit for limit, _ in limits]

    @property
    def counts(self) -> bool:
        return any(limit.by_lines for limit in self.limits)

    def refuse(self, work: Work) -> None:
        run = work.run
        for limit in self.limits:
            if limit.scope.by_subject:
                continue
            before = self._before(run, limit)
            if limit.count == 1 and run.population.once_group is not None and stands_for_group(run.program.limits):
                before = np.maximum(before, run.population.once_group[run.span])
            work.refuse_claims(before >= limit.count, limit.note.code)

    def keep(self, work: Work) -> None:
        run, shape = work.run, work.run.shape
        for limit in self.limits:
            count = work.count
            if not limit.by_lines or count is None:
                continue
            if limit.scope.by_subject:
                before = run.found_by_lines(limit.shown_as) + shape.spread(stated_times(run, limit))
                kept = count * (before + _rank_of_right(run, count > 0) < limit.count)
            else:
                left = shape.spread(np.maximum(limit.count - self._before(run, limit), 0))
                kept = np.clip(left - shape.before(count), 0, count)
            work.refuse_lines(np.flatnonzero((count > 0) & (kept == 0)), limit.note.code)
            work.count = kept

    @staticmethod
    def _before(run: Run, limit: TimesLimit) -> IntArray:
        return run.found_by_claims(limit.shown_as) + stated_times(run, limit)

    @classmethod
    def ledgers(cls, runs: list[Run], keys: Keys) -> Iterator[Ledger]:
        """One for each item (or group of items) whose times are limited under any of its versions and readings."""
        for base, scope in dict.fromkeys((limit.base, limit.scope) for run in runs for limit in times_of(run)):
            members = [run for run in runs if run.item.id == base or any(limit.base == base for limit in times_of(run))]
            yield TimesLedger(base, scope, members, keys)


def stated_times(run: Run, limit: TimesLimit) -> IntArray:
    """How often each claim says that it was paid before."""
    stated = run.population.times_before
    found = stated.get(limit.scope.ledger, stated.get(""))
    return np.zeros(len(run), dtype=np.int64) if found is None else found[run.span].astype(np.int64)


def _rank_of_right(run: Run, asking: BoolArray) -> IntArray:
    """For each line how many earlier ones of its claim ask for the same right."""
    rank, lines = np.zeros(len(asking), dtype=np.int64), run.shape.several
    if len(lines):
        rights = run.subject_in_claim()[lines]
        order = np.lexsort((lines, rights))
        rank[lines[order]] = sums_before(asking[lines[order]].astype(np.int64), run_starts(rights[order]))
    return rank


class TimesLedger(Ledger):
    """How often applicants, or rights, were paid."""

    refuses = True

    def _own(self, run: Run) -> TimesLimit | None:
        """The limit of a run that stands on these buckets."""
        own = (limit for limit in times_of(run) if (limit.base, limit.scope) == (self.name, self.scope))
        return next(own, None)

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
        return limit.count * (found + stated_times(run, limit)[at] >= limit.count)

    @cached_property
    def most(self) -> int | None:
        owns = [self._own(run) for run in self.runs]
        counts = [limit.count for limit in owns if limit is not None]
        return max(counts) if len(counts) == len(self.runs) else None


TimesLimit.columns = TimesColumns
