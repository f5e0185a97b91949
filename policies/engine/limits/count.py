"""`count`: so many subsidies of an applicant, or so many places a year for the whole city."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.assessment import BucketUse
from policies.engine.columns.conditions import UnsupportedRuleError
from policies.engine.columns.ledger import Ledger, QuotaUse, grouped
from policies.engine.columns.places import Places
from policies.engine.limits.base import GROUP, PER, Ceiling, CompiledLimit, Limit, LimitColumns, limits_of
from policies.engine.problems import problem_code
from policies.engine.scopes import APPLICANT, ONE_OF_GROUP, PROGRAMME_YEAR, SCOPES
from policies.engine.spec import COUNT, key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from policies.engine.assessment import Reason
    from policies.engine.batch.answers import Answers, Work
    from policies.engine.batch.run import Run
    from policies.engine.columns.keys import Keys
    from policies.engine.columns.population import BoolArray, IntArray
    from policies.engine.context import Context
    from policies.engine.line import Line
    from policies.engine.operations.base import Wording
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
class Count(Limit):
    """One applicant gets at most `count` subsidies; or there are `count` places a year, taken in order of rank."""

    kind = "count"
    label = "次数或名额"
    help = "同一主体最多几次，或全市每年几个名额"
    order = 20
    preset: ClassVar = {"code": "TIMES", "per": ["applicant"], "tally": "lines"}

    count: int = key(COUNT, "多少")
    per: tuple[str, ...] = key(PER, "按什么合计")
    tally: str = key(TALLIES, "怎么计数")
    group: str | None = key(GROUP, "与其他事项共用", help="几个事项写同一个组名，就共用这一个上限", default=None)

    @property
    def are_places(self) -> bool:
        """Whether places of a year are counted, and not the applicant's times."""
        return SCOPES[self.per] is PROGRAMME_YEAR

    @property
    def acts_as(self) -> object:
        return type(self), self.are_places

    def compile(self, context: Context, *, item_id: str) -> CompiledLimit:
        return (self._places if self.are_places else self._times)(context, item_id)

    def _times(self, context: Context, item_id: str) -> TimesLimit:
        most = f"同一主体最多支持 {self.count} 次"
        return TimesLimit(
            code=self.code,
            scope=APPLICANT,
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
        most = f"每年不超过 {self.count} 个名额，排名第"
        return QuotaLimit(
            code=self.code,
            scope=PROGRAMME_YEAR,
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

    def problems(self, item_id: str) -> Iterator[tuple[Place, Fault]]:
        """Times are counted by decisions or lines, places of a year by lines or applicants."""
        tallies = ("lines", "applicants") if self.are_places else ("paid", "lines")
        if SCOPES[self.per] not in (APPLICANT, PROGRAMME_YEAR) or self.tally not in tallies:
            yield ("tally",), WRONG_TALLY.fault()

    def sentence(self) -> str:
        return f"每年不超过 {self.count} 个名额" if self.are_places else f"同一主体最多支持 {self.count} 次"

    def short_name(self) -> str:
        return "每年名额" if self.are_places else "次数上限"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield f"全市每年 {self.count} 个名额" if self.are_places else f"同一主体最多 {self.count} 次"

    def figures(self) -> Mapping[str, str]:
        return {"count": "每年名额" if self.are_places else "同一主体最多次数"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _CountLimit(CompiledLimit):
    """A compiled number. `by_lines`: each paid line counts; otherwise the claim (or its applicant) does."""

    count: int
    by_lines: bool
    note: Note

    def ceiling(self, uses: Iterable[BucketUse]) -> Ceiling:
        """The number of times or places."""
        del uses
        return Ceiling(times=self.count)

    def times_taken(self, lines: int) -> int:
        """Each paid line where lines count, else the claim."""
        return lines if self.by_lines else 1


# ---- times -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesLimit(_CountLimit):
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
        return BucketUse(self.code, group, APPLICANT.per, None, None, used, self.count, "count")


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
        bases = dict.fromkeys(limit.base for run in runs if (limit := limits_of(run, cls)) is not None)
        for base in bases:
            members = [run for run in runs if base in (run.item.id, getattr(limits_of(run, cls), "base", None))]
            yield TimesLedger(base, APPLICANT, members, keys)


class TimesLedger(Ledger):
    """How often applicants were paid."""

    shown_as = "times"

    def takes(self, run: Run, at: IntArray | slice) -> IntArray:
        limit, paid = limits_of(run, TimesColumns), run.answers.amount[at] > 0
        if limit is not None and limit.by_lines:
            return paid * run.shape.add_up((run.answers.lines > 0).astype(np.int64))[at]
        return paid.astype(np.int64)

    def shown_to(self, run: Run) -> tuple[str, ...]:
        limit = limits_of(run, TimesColumns)
        return (self.shown_as,) if limit is not None and limit.base == self.name else ()

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


# ---- places ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLimit(_CountLimit):
    """Compiled places of a `group`. `by_lines`: each line takes a place; else the applicant does."""

    turn = 21

    group: str
    kept: Note

    def keep(self, part: Part, line: Line, count: int, state: dict[Any, Any]) -> int:
        # The next rank of the group.
        rank = state.get(self.group, part.asked.rank or 1)
        if not self.by_lines:
            if rank > self.count:
                line.reasons.append((self.note, (rank,)))
                return 0
            line.note(self.kept, (rank,), applied=False)
            return count
        kept: int = max(min(count, self.count - rank + 1), 0)
        state[self.group] = rank + count
        if kept == count:
            line.note(self.kept, (rank + count - 1,), applied=False)
        elif kept:
            line.note(self.note, (rank + kept,))
        else:
            line.reasons.append((self.note, (rank,)))
        return kept


class QuotaColumns(LimitColumns):
    """Who has a place, in the order of rank or of filing."""

    limit: QuotaLimit

    @property
    def counts(self) -> bool:
        return True

    def keep(self, work: Work) -> None:
        limit, shape, count = self.limit, work.run.shape, work.count
        if count is None:
            return
        self._asked = count
        rank = shape.spread(self._ranks(work.run))
        if limit.by_lines:
            work.count = np.clip(limit.count + 1 - rank - shape.before(count), 0, count)
        else:
            work.count = np.where(rank > limit.count, 0, count)
        work.refuse_lines(np.flatnonzero((count > 0) & (work.count == 0)), limit.code)

    def conclude(self, work: Work, answers: Answers) -> None:
        if work.count is not None:
            answers.asked_places = work.run.shape.add_up(self._asked)
            answers.places = work.run.shape.add_up(np.where(work.stands, work.count, 0))

    @staticmethod
    def _ranks(run: Run) -> IntArray:
        """The place each claim has: the one a selection gave it, or the one after those already taken."""
        rank = 1 + run.found_by_claims(QuotaLedger.shown_as)
        if run.population.rank is None:
            return rank
        given = run.population.rank[run.span]
        return np.where(given > 0, given, rank)

    @classmethod
    def ledgers(cls, runs: list[Run], keys: Keys) -> Iterator[Ledger]:
        limits = [limits_of(run, cls) for run in runs]
        for name, members in grouped(runs, (limit and limit.group for limit in limits)).items():
            ways = {limits_of(run, cls).by_lines for run in members}
            if len(ways) > 1:
                raise UnsupportedRuleError(members[0].item.id, f"the places of {name} are counted in different ways")
            yield (QuotaLedger if ways.pop() else ApplicantPlaces)(name, PROGRAMME_YEAR, members, keys)


class QuotaLedger(Ledger):
    """The places of a year that are taken."""

    shown_as = "places"

    @cached_property
    def most(self) -> int:
        return max(limits_of(run, QuotaColumns).count for run in self.runs)

    def takes(self, run: Run, at: IntArray | slice) -> IntArray:
        return (np.zeros(len(run), dtype=np.int64) if run.answers.places is None else run.answers.places)[at]

    def relevant(self, run: Run, at: IntArray | slice, found: IntArray) -> IntArray:
        return np.minimum(found, limits_of(run, QuotaColumns).count)

    def closed(self, run: Run, at: IntArray | slice, found: IntArray) -> BoolArray:
        full = found >= self.most
        # Who has a rank from a selection asks for no place in the order of filing.
        return full if run.population.rank is None else full & (run.population.rank[run.claims[at]] == 0)

    def uses(self) -> Iterator[QuotaUse]:
        """Every quota of every year, in the order of cities and years."""
        keys, buckets, taken = self.keys, self.buckets, self.settled()
        limit, named = limits_of(self.runs[0], QuotaColumns), self.runs[0].item.content["document"]["region_code"]
        asked = np.concatenate([np.zeros(0, dtype=np.int64), *(run.answers.asked_places for run in self.runs)])
        if not len(taken):
            return
        wanted, given, city = buckets.sums(asked), buckets.sums(taken), buckets.one(self.city_of_entries())
        last = buckets.largest(np.where(taken > 0, buckets.claims, -1))
        cut = buckets.largest(np.where(taken < asked, -buckets.claims, -(2**62)))
        for bucket, claim in enumerate(buckets.one(buckets.claims).tolist()):
            yield QuotaUse(
                group=self.name,
                city=named or keys.cities[int(city[bucket])],
                year=int(keys.years[claim]),
                places=limit.count,
                asked=int(wanted[bucket]),
                taken=int(given[bucket]),
                last_in=int(last[bucket]) if last[bucket] >= 0 else None,
                cut_at=-int(cut[bucket]) if cut[bucket] > -(2**62) else None,
            )


class ApplicantPlaces(QuotaLedger):
    """Places that applicants take, however many claims each files: who has one keeps it."""

    def find(self, changed: IntArray | None) -> tuple[IntArray, IntArray]:
        del changed
        return self._places.found(self.taken > 0)

    def relevant(self, run: Run, at: IntArray | slice, found: IntArray) -> IntArray:
        return (count := limits_of(run, QuotaColumns).count) * (found >= count)

    @cached_property
    def _places(self) -> Places:
        claims, rank = self.buckets.claims, self.keys.population.rank
        return Places(self.buckets, self.keys.applicant[claims], self.most, None if rank is None else rank[claims] > 0)


QuotaLimit.columns = QuotaColumns
