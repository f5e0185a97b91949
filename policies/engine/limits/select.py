"""`select`: the claims with the highest scores get the places of a year, for a city or each of its districts."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

import numpy as np

from policies.engine.columns.arithmetic import compare, pick, run_starts
from policies.engine.columns.buckets import joined
from policies.engine.columns.conditions import UnsupportedRuleError
from policies.engine.limits.base import GROUP, NO_CEILING, PER, Ceiling, Limit, LimitColumns, shared_by
from policies.engine.limits.places import PLACES, CountedLimit, QuotaLedger
from policies.engine.line import as_number
from policies.engine.money import money_text, number_text, parse_number
from policies.engine.problems import problem_code
from policies.engine.ranking import EXCEED, FACT_FIRST, FILED_FIRST, NONE_PASS, TIES
from policies.engine.scopes import DISTRICT_YEAR, SCOPES, Scope
from policies.engine.spec import COUNT, FACT, NUMBER, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from policies.engine.assessment import BucketUse
    from policies.engine.batch.answers import Answers, Work
    from policies.engine.batch.run import Run
    from policies.engine.columns.context import ColumnContext
    from policies.engine.columns.keys import Keys
    from policies.engine.columns.ledger import Ledger
    from policies.engine.columns.lines import Lines
    from policies.engine.columns.population import BoolArray, IntArray
    from policies.engine.context import Context
    from policies.engine.line import Line
    from policies.engine.operations.base import Label, Wording
    from policies.engine.part import Part
    from policies.engine.problems import Fault, Place
    from policies.engine.trace import Note

_NUMERIC = ("integer", "number", "money")
NOT_OF_A_YEAR = problem_code(
    "not_of_a_year",
    "名额应由全市或各区共用",
    "per 请写 [programme, year] 或 [district, year]",
    form="打分择优的名额，请按“全市，每年”或“每个区，每年”合计。",
)
TIE_FACT = problem_code(
    "tie_fact",
    "then 与同分规则不符",
    "ties 为 fact 时请写 then，其他规则不写",
    form="同分时按另一项先后的，请选是哪一项；其他规则请留空。",
)
NOT_A_SCORE = problem_code(
    "not_a_score",
    "{fact} 不是数，不能用来排名",
    "请改为类型为 integer、number 或 money 的事实",
    form="“{fact:fact}”不是数，不能用来排名，请改选。",
)


@dataclass(frozen=True, kw_only=True)
class Select(Limit):
    """Of the claims of a year the `select` with the highest scores are supported, one place a claim.

    `needed`: the score below which none is. Only the tie rule `exceed` lets more claims pass than there are places.
    A claim of several lines is ranked by its highest score.
    """

    kind = "select"
    label = "打分择优"
    help = "每年按得分从高到低支持多少件；可以定最低得分，以及末位同分时怎么办"
    order = 25
    preset: ClassVar = {"code": "SELECT", "per": ["programme", "year"], "by": "panel_score", "ties": NONE_PASS}

    select: int = key(COUNT, "每年多少个名额")
    per: tuple[str, ...] = key(PER, "按什么合计")
    by: str = key(FACT, "按哪一项得分", help="专家打分的选“评审得分”，也可选算出的总分或填写的一项", types=_NUMERIC)
    ties: str = key(TIES, "末位同分时")
    needed: str | int | None = key(NUMBER, "入选最低得分", help="不设的留空", default=None, shown=True)
    then: str | None = key(
        FACT, "同分时按哪一项", help="选了“按另一项高者在前”时填写", default=None, shown=True, types=_NUMERIC
    )
    group: str | None = key(GROUP, "与其他事项共用", help="几个事项写同一个组名，就一起排名、共用名额", default=None)

    @property
    def scope(self) -> Scope:
        return SCOPES[self.per]

    @property
    def cut_off(self) -> Fraction | None:
        """The score that is needed, None where none is."""
        return None if self.needed is None else parse_number(self.needed)

    @property
    def acts_as(self) -> object:
        return PLACES

    def compile(self, context: Context, *, item_id: str) -> SelectLimit:
        cited, by = f"依据 {context.citation}：", context.label(self.by)
        is_money = context.types.get(self.by) == "money"
        most, least = f"{self._whose}按{by}择优支持 {self.select} 个", self._least(is_money=is_money)

        def below(figures: tuple[Any, ...]) -> str:
            score = money_text(figures[0]) if is_money else number_text(Fraction(figures[0]))
            return f"{cited}{by} {score}，{least}"

        return SelectLimit(
            rule=self,
            code=self.code,
            scope=self.scope,
            base=self.group or item_id,
            asks="places",
            count=self.select,
            by_lines=False,
            group=self.group or f"{item_id}:{self.code}",
            cut_off=None if self.cut_off is None else self.cut_off * (100 if is_money else 1),
            below=context.note(self.code, below, cite=self.cite),
            note=context.note(self.code, lambda figures: f"{cited}{most}，排名第 {figures[0]}，未入选", cite=self.cite),
            kept=context.note(self.code, lambda figures: f"{most}，排名第 {figures[0]}，入选", cite=self.cite),
            unknown=context.note(self.code, f"还没有{by}，按入选测算", cite=self.cite),
        )

    def facts(self) -> Iterator[str]:
        yield self.by
        if self.then is not None:
            yield self.then

    def edges(self) -> Iterator[tuple[str, Fraction]]:
        if self.cut_off is not None:
            yield self.by, self.cut_off

    def problems(self, item_id: str, types: Mapping[str, str]) -> Iterator[tuple[Place, Fault]]:
        del item_id
        if not self.scope.is_shared:
            yield ("per",), NOT_OF_A_YEAR.fault()
        if (self.ties == FACT_FIRST) != (self.then is not None):
            yield ("then",), TIE_FACT.fault()
        for name, fact in (("by", self.by), ("then", self.then)):
            if fact is not None and types.get(fact, _NUMERIC[0]) not in _NUMERIC:
                yield (name,), NOT_A_SCORE.fault(fact=fact)

    def sentence(self, label: Label) -> str:
        least = "" if self.cut_off is None else f"，{self._least()}"
        told = f"同分的，{label(self.then)}高者在前，仍相同的先提交者在前" if self.then else TIES[self.ties]
        return f"{self._whose}按{label(self.by)}从高到低择优支持 {self.select} 个{least}；{told}"

    def _least(self, *, is_money: bool = False) -> str:
        unit = "元" if is_money else "分"
        return "" if self.cut_off is None else f"{number_text(self.cut_off)} {unit}以上方可入选"

    @property
    def _whose(self) -> str:
        return "各区每年" if self.scope is DISTRICT_YEAR else "每年"

    def short_name(self) -> str:
        return "每年择优名额"

    def bounds(self, words: Wording) -> Iterator[str]:
        least = "" if self.cut_off is None else f"，{number_text(self.cut_off)} 分以上"
        yield f"{self.scope.name}择优 {self.select} 个{least}"

    def figures(self) -> Mapping[str, str]:
        return {"select": "每年择优名额"} | ({} if self.needed is None else {"needed": "入选最低得分"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectLimit(CountedLimit):
    """Compiled places of a `group`, which go to the first ranks; `cut_off` is in the fact's own unit (sums: fen)."""

    turn = 22
    ranks_all = True

    rule: Select
    group: str
    cut_off: Fraction | None
    below: Note
    kept: Note
    unknown: Note

    def ceiling(self, uses: Iterable[BucketUse]) -> Ceiling:
        """The number of places, unless the document lets equal scores pass it."""
        return NO_CEILING if self.rule.ties == EXCEED else CountedLimit.ceiling(self, uses)

    def keep(self, part: Part, line: Line, count: int, state: dict[Any, Any]) -> int:
        del state
        score, rank = as_number(line.facts.get(self.rule.by)), part.asked.rank or 1
        if score is None:
            line.note(self.unknown, (), applied=False)
        elif self.cut_off is not None and score < self.cut_off:
            line.reasons.append((self.below, (score,)))
            return 0
        if rank > self.count:
            line.reasons.append((self.note, (rank,)))
            return 0
        line.note(self.kept, (rank,), applied=False)
        return count

    def compile_columns(self, context: ColumnContext) -> Callable[[Lines], _Scores]:
        by, then = self.rule.by, self.rule.then
        context.need(by, *_NUMERIC)
        if then is not None:
            context.need(then, *_NUMERIC)

        def scores(lines: Lines) -> _Scores:
            score = _Numbers.of(lines, by)
            low = np.zeros(len(lines), dtype=np.bool_)
            if self.cut_off is not None:
                low = score.stated & compare(score.values, "<", self.cut_off, score.per)
            return _Scores(score, None if then is None else _Numbers.of(lines, then), low)

        return scores


# ---- columns ---------------------------------------------------------------------------------------------------------

# Below every score: who has none comes last.
_LAST = -(2**62)


class _Numbers(NamedTuple):
    """A fact of lines as whole numbers, what they are to be divided by, and where it is stated."""

    values: IntArray
    per: int
    stated: BoolArray

    @classmethod
    def of(cls, lines: Lines, name: str) -> _Numbers:
        values, per, stated = lines.numbers(name)
        return cls(values.astype(np.int64), per, stated)

    def at(self, lines: IntArray) -> _Numbers:
        return _Numbers(pick(self.values, lines), self.per, pick(self.stated, lines))


class _Scores(NamedTuple):
    """The scores of lines, the facts that tell equal ones apart, and which scores lie below what is needed."""

    score: _Numbers
    then: _Numbers | None
    low: BoolArray

    def at(self, lines: IntArray) -> _Scores:
        then = None if self.then is None else self.then.at(lines)
        return _Scores(self.score.at(lines), then, pick(self.low, lines))


class SelectColumns(LimitColumns):
    """Who has a place by rank, where ranks are known before any money is."""

    limit: SelectLimit

    def __init__(self, run: Run, limits: Any) -> None:
        super().__init__(run, limits)
        self.scores: _Scores = run.compiled(self.limit)(run.lines)

    @property
    def counts(self) -> bool:
        return True

    def narrowed(self, lines: IntArray) -> Self:
        found = copy.copy(self)
        found.scores = self.scores.at(lines)
        return found

    def keep(self, work: Work) -> None:
        shape, count = work.run.shape, work.count
        if count is None:
            return
        self._asked = count * ~self.scores.low
        ranks = 1 + work.run.found_by_claims(SelectLedger.shown_as)
        if work.run.population.rank is not None:
            given = work.run.population.rank[work.run.span]
            ranks = np.where(given > 0, given, ranks)
        work.count = self._asked * shape.spread(ranks <= self.limit.count)
        work.refuse_lines(np.flatnonzero((count > 0) & (work.count == 0)), self.limit.code)

    def conclude(self, work: Work, answers: Answers) -> None:
        if work.count is not None:
            answers.asked_places = np.minimum(work.run.shape.add_up(self._asked), 1)
            answers.places = np.minimum(work.run.shape.add_up(work.count * work.stands), 1)

    @classmethod
    def ledgers(cls, runs: list[Run], keys: Keys) -> Iterator[Ledger]:
        found = shared_by(runs, cls, attrgetter("group"), attrgetter("rule.ties", "scope"))
        for name, (ties, scope), members in found:
            yield SelectLedger(name, scope, members, keys, ties=ties)


class SelectLedger(QuotaLedger):
    """The ranks of claims by score in each bucket, as they are before anything is paid: nothing changes them later."""

    shown_as = "selected"
    columns = SelectColumns

    def __init__(self, name: str, scope: Scope, runs: list[Run], keys: Keys, *, ties: str) -> None:
        super().__init__(name, scope, runs, keys)
        self._places = self._placed(ties)

    def find(self, changed: IntArray | None) -> tuple[IntArray | slice, IntArray]:
        del changed
        return slice(None), self._places - 1

    def closed(self, run: Run, at: IntArray | slice, found: IntArray) -> BoolArray | None:
        del run, at, found
        return None

    def _placed(self, ties: str) -> IntArray:
        """The place of each claim that asks for one by its score, 1 for all others; as `ranking.placed`."""
        wants = np.flatnonzero(joined([self._wants(run) for run in self.runs]))
        bucket = joined([self.keys.of(run, self.scope) for run in self.runs])[wants]
        parts = [run_columns(run) for run in self.runs]
        levels = [_highest([(run, one.scores.score) for run, one in zip(self.runs, parts, strict=True)])[wants]]
        if ties == FACT_FIRST:
            levels.append(_highest([(run, one.scores.then) for run, one in zip(self.runs, parts, strict=True)])[wants])
        if ties in (FACT_FIRST, FILED_FIRST):
            levels.append(-self.keys.filed[self.buckets.claims[wants]].astype(np.int64))
        order = np.lexsort([*(-level for level in reversed(levels)), bucket])
        begins = run_starts(bucket[order])
        lengths = np.diff(begins, append=len(order))
        fresh = np.zeros(len(order), dtype=np.bool_)
        for level in (bucket, *levels):
            fresh[1:] |= level[order][1:] != level[order][:-1]
        fresh[:1] = True
        first = np.flatnonzero(fresh)
        sizes = np.diff(first, append=len(order))
        last = first + sizes - 1
        own = np.repeat(last if ties == NONE_PASS else first, sizes)
        found = np.ones(len(self.buckets.claims), dtype=np.int64)
        found[wants[order]] = own - np.repeat(begins, lengths) + 1
        return found

    @staticmethod
    def _wants(run: Run) -> BoolArray:
        """Which claims nothing else stands against, and no selection ranked already."""
        asks = np.zeros(len(run), dtype=np.bool_) if run.answers.places is None else run.answers.places > 0
        rank = run.population.rank
        return asks if rank is None else asks & (rank[run.span] == 0)


def run_columns(run: Run) -> SelectColumns:
    """What ranks the claims of a run."""
    return next(one for one in run.columns if isinstance(one, SelectColumns))


def _highest(parts: list[tuple[Run, _Numbers | None]]) -> IntArray:
    """The highest number among each claim's lines, of all runs in one unit."""
    unit = lcm(*(one.per for _, one in parts if one is not None))
    found = []
    for run, one in parts:
        if one is None:
            found.append(np.full(len(run), _LAST, dtype=np.int64))
            continue
        factor = unit // one.per
        if len(one.values) and int(np.abs(one.values).max()) > -_LAST // factor:
            raise UnsupportedRuleError(run.item.id, "scores are too large to be ranked in columns")
        values = np.where(one.stated, one.values * factor, _LAST)
        found.append(-run.shape.least(-values))
    return joined(found)


SelectLimit.columns = SelectColumns
