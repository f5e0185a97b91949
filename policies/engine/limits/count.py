"""`count`: so many subsidies of an applicant, in all or each year, or so many places a year for a city or district."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.assessment import BucketUse
from policies.engine.columns.ledger import Ledger
from policies.engine.limits.base import GROUP, CompiledLimit, Limit, LimitColumns, Scoped, limits_of
from policies.engine.limits.places import PLACES, CountedLimit, QuotaLimit
from policies.engine.problems import problem_code
from policies.engine.scopes import DISTRICT_YEAR, ONE_OF_GROUP
from policies.engine.spec import COUNT, key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from policies.engine.assessment import Reason
    from policies.engine.batch.answers import Work
    from policies.engine.batch.run import Run
    from policies.engine.columns.keys import Keys
    from policies.engine.columns.population import IntArray
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
    form="次数与名额的计法不符：次数请选以前批准过几次或逐项计，年度名额请选逐项计或每个主体占一个。",
)


@dataclass(frozen=True, kw_only=True)
class Count(Scoped, Limit):
    """One applicant gets at most `count` subsidies; or there are `count` places a year, taken in order of rank."""

    kind = "count"
    label = "次数或名额"
    help = "同一主体最多几次（累计或每年），或全市、各区每年几个名额"
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
        return PLACES if self.are_places else type(self)

    def compile(self, context: Context, *, item_id: str) -> CompiledLimit:
        return (self._places if self.are_places else self._times)(context, item_id)

    def _times(self, context: Context, item_id: str) -> TimesLimit:
        most = self.sentence(context.label)
        return TimesLimit(
            code=self.code,
            scope=self.scope,
            base=self.group or item_id,
            asks="times",
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
        """Times are counted by decisions or lines, places of a year by lines or applicants."""
        tallies = ("lines", "applicants") if self.are_places else ("paid", "lines")
        if self.scope.by_subject or self.tally not in tallies:
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
        if self.scope.is_rolling:
            return self.scope.name
        return f"同一{'集团' if self.scope.by_group else '主体'}{'每年' if self.scope.by_year else ''}"

    def short_name(self) -> str:
        return "每年名额" if self.are_places else f"{'每年' if self.scope.by_year else ''}次数上限"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield (f"{self.scope.name} {self.count} 个名额" if self.are_places else f"{self._whose}最多 {self.count} 次")

    def figures(self) -> Mapping[str, str]:
        return {"count": "每年名额" if self.are_places else f"{self._whose}最多次数"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesLimit(CountedLimit):
    """A compiled number of times; `cut` says how many lines of a claim still count."""

    turn = 20

    cut: Note

    def refusal(self, part: Part) -> Reason | None:
        before = part.asked.times_before
        if self.count == 1 and part.asked.paid.once_group and stands_for_group(part.program.limits):
            before = max(before, 1)
        return (self.note, (before,), 0) if before >= self.count else None

    def keep(self, part: Part, line: Line, count: int, state: dict[Any, Any]) -> int:
        if not self.by_lines:
            return count
        name = (id(self), id(part))
        left = state.get(name, self.count - part.asked.times_before)
        kept: int = min(count, left)
        state[name] = left - kept
        if not kept:
            line.reasons.append((self.cut, (kept,)))
        elif kept < count:
            line.note(self.cut, (kept,))
        return kept

    def use(self, part: Part) -> BucketUse | None:
        if not part.sum:
            return None
        own, used = part.program.item.id, self.times_taken(sum(1 for line in part.lines if line.amount))
        group = f"{own}:{self.code}" if self.base == own else self.base
        year = part.year if self.scope.by_year else None
        return BucketUse(self.code, group, self.scope.per, None, year, used, self.count, "count")


def stands_for_group(limits: Iterable[CompiledLimit]) -> bool:
    """Whether an item that is paid once only is a group of its own, as no limit asks for its group."""
    return all(limit.asks != ONE_OF_GROUP.ledger for limit in limits)


class TimesColumns(LimitColumns):
    """How often each applicant was paid."""

    limit: TimesLimit

    @property
    def counts(self) -> bool:
        return self.limit.by_lines

    def refuse(self, work: Work) -> None:
        run, limit = work.run, self.limit
        before = self._before(run)
        if limit.count == 1 and run.population.once_group is not None and stands_for_group(run.program.limits):
            before = np.maximum(before, run.population.once_group[run.span])
        work.refuse_claims(before >= limit.count, limit.note.code)

    def keep(self, work: Work) -> None:
        limit, shape, count = self.limit, work.run.shape, work.count
        if not limit.by_lines or count is None:
            return
        left = shape.spread(np.maximum(limit.count - self._before(work.run), 0))
        kept = np.clip(left - shape.before(count), 0, count)
        work.refuse_lines(np.flatnonzero(work.counted & (kept == 0)), limit.note.code)
        work.count = kept

    @staticmethod
    def _before(run: Run) -> IntArray:
        stated = run.population.times_before
        found = run.found_by_claims(TimesLedger.shown_as)
        return found if stated is None else found + stated[run.span]

    @classmethod
    def ledgers(cls, runs: list[Run], keys: Keys) -> Iterator[Ledger]:
        """One for each item (or group of items) whose times are limited under any of its versions and readings."""
        limits = [limits_of(run, cls) for run in runs]
        for base, scope in dict.fromkeys((limit.base, limit.scope) for limit in limits if limit is not None):
            members = [
                run
                for run, limit in zip(runs, limits, strict=True)
                if run.item.id == base or (limit is not None and limit.base == base)
            ]
            yield TimesLedger(base, scope, members, keys)


class TimesLedger(Ledger):
    """How often applicants were paid."""

    shown_as = "times"
    refuses = True

    def takes(self, run: Run, at: IntArray | slice) -> IntArray:
        limit, paid = limits_of(run, TimesColumns), run.answers.amount[at] > 0
        if limit is not None and limit.by_lines:
            return paid * run.shape.add_up((run.answers.lines > 0).astype(np.int64))[at]
        return paid.astype(np.int64)

    def shown_to(self, run: Run) -> tuple[str, ...]:
        limit = limits_of(run, TimesColumns)
        own = limit is not None and (limit.base, limit.scope) == (self.name, self.scope)
        return (self.shown_as,) if own else ()

    def relevant(self, run: Run, at: IntArray | slice, found: IntArray) -> IntArray:
        limit, stated = limits_of(run, TimesColumns), run.population.times_before
        if limit.by_lines:
            return np.minimum(found, limit.count)
        known = found if stated is None else found + stated[run.claims[at]]
        return limit.count * (known >= limit.count)

    @cached_property
    def most(self) -> int | None:
        counts = [limits_of(run, TimesColumns).count for run in self.runs if self.shown_to(run)]
        return max(counts) if len(counts) == len(self.runs) else None


TimesLimit.columns = TimesColumns
