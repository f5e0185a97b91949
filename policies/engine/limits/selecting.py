"""Selections: the claims with the highest scores get the places of a year, for a city or each of its districts."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from policies.engine.columns.arithmetic import compare
from policies.engine.columns.scores import Numbers, Scores
from policies.engine.limits.base import GROUP, NO_CEILING, Ceiling, Limit, Shared
from policies.engine.limits.places import PLACES, PlacesLimit
from policies.engine.limits.ranks import SelectionColumns
from policies.engine.line import as_number
from policies.engine.money import money_text, number_text, parse_number
from policies.engine.problems import problem_code
from policies.engine.ranking import EXCEED, FACT_FIRST, NONE_PASS, TIES
from policies.engine.scopes import DISTRICT_YEAR
from policies.engine.spec import FACT, NUMBER, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from policies.engine.assessment import BucketUse
    from policies.engine.columns.context import ColumnContext
    from policies.engine.columns.lines import Lines
    from policies.engine.context import Context
    from policies.engine.line import Line
    from policies.engine.operations.base import Label, Wording
    from policies.engine.part import Part
    from policies.engine.problems import Fault, Place
    from policies.engine.trace import Note

_NUMERIC = ("integer", "number", "money")
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
class Selection(Shared, Limit):
    """Of the claims of a year those with the highest scores are supported, one place a claim.

    `needed`: the score below which none is. Only the tie rule `exceed` lets more claims pass than there are places.
    A claim of several lines is ranked by its highest score.
    """

    preset: ClassVar = {"code": "SELECT", "per": ["programme", "year"], "by": "panel_score", "ties": NONE_PASS}
    # Whether how many places there are depends on how many claims are ranked.
    is_share: ClassVar[bool] = False

    by: str = key(FACT, "按哪一项得分", help="专家打分的选“评审得分”，也可选算出的总分或填写的一项", types=_NUMERIC)
    ties: str = key(TIES, "末位同分时")
    needed: str | int | None = key(NUMBER, "入选最低得分", help="不设的留空", default=None, shown=True)
    then: str | None = key(
        FACT, "同分时按哪一项", help="选了“按另一项高者在前”时填写", default=None, shown=True, types=_NUMERIC
    )
    group: str | None = key(GROUP, "与其他事项共用", help="几个事项写同一个组名，就一起排名、共用名额", default=None)

    @abstractmethod
    def steps(self, ranked: int) -> tuple[int, ...]:
        """The last place of each step of sums when so many claims are ranked; one step where all get the same."""

    def places(self, ranked: int) -> int:
        """How many places there are when so many claims are ranked."""
        return self.steps(ranked)[-1]

    def of_district(self, name: str | None) -> Self:
        """The rule for the claims of a district; the same for all where the document tells none apart."""
        del name
        return self

    @property
    @abstractmethod
    def most(self) -> int | None:
        """The most places that there may be, however many are ranked; None where there is no such number."""

    @property
    @abstractmethod
    def how_many(self) -> str:
        """How many are selected, in words: 20 个."""

    @property
    def sums(self) -> tuple[int, ...]:
        """The most that each step gets, in fen; none where all get the same."""
        return ()

    @property
    def last_step(self) -> int:
        """The number of the step behind the last place, counted from 0."""
        return max(len(self.sums), 1)

    @property
    def counts_all(self) -> bool:
        """Whether a share is of all that are ranked, and not only of those that reach the score that is needed."""
        return True

    @property
    def cut_off(self) -> Fraction | None:
        """The score that is needed, None where none is."""
        return None if self.needed is None else parse_number(self.needed)

    @property
    def acts_as(self) -> object:
        return PLACES

    def compile(self, context: Context, *, item_id: str) -> SelectionLimit:
        cited, by = f"依据 {context.citation}：", context.label(self.by)
        is_money = context.types.get(self.by) == "money"
        most, least = f"{self._whose}按{by}择优支持{self.how_many}", self._least(is_money=is_money)

        def below(figures: tuple[Any, ...]) -> str:
            score = money_text(figures[0]) if is_money else number_text(Fraction(figures[0]))
            return f"{cited}{by} {score}，{least}"

        def told(figures: tuple[Any, ...]) -> str:
            rank, ranked, *_ = figures
            among = f"（{ranked} 个参加排名，{self.places(ranked)} 个入选）" if self.is_share and ranked else ""
            return f"{most}{among}，排名第 {rank}"

        def selected(figures: tuple[Any, ...]) -> str:
            told_rank = f"{told(figures)}，入选" if figures[0] else f"{most}，名次未定，按入选测算"
            return told_rank + (f"，最高 {money_text(figures[2])}" if figures[2] is not None else "")

        return SelectionLimit(
            rule=self,
            code=self.code,
            scope=self.scope,
            base=self.group or item_id,
            asks="places",
            count=self.most or 0,
            by_lines=False,
            group=self.group or f"{item_id}:{self.code}",
            cut_off=None if self.cut_off is None else self.cut_off * (100 if is_money else 1),
            below=self.note(context, below),
            note=self.note(context, lambda figures: f"{cited}{told(figures)}，未入选"),
            kept=self.note(context, selected),
            unknown=self.note(context, f"还没有{by}，按入选测算"),
        )

    def edges(self) -> Iterator[tuple[str, Fraction]]:
        if self.cut_off is not None:
            yield self.by, self.cut_off

    def problems(self, item_id: str, types: Mapping[str, str]) -> Iterator[tuple[Place, Fault]]:
        del item_id
        yield from self.scope_problems()
        if (self.ties == FACT_FIRST) != (self.then is not None):
            yield ("then",), TIE_FACT.fault()
        for name, fact in (("by", self.by), ("then", self.then)):
            if fact is not None and types.get(fact, _NUMERIC[0]) not in _NUMERIC:
                yield (name,), NOT_A_SCORE.fault(fact=fact)

    def sentence(self, label: Label) -> str:
        least = "" if self.cut_off is None else f"，{self._least()}"
        told = f"同分的，{label(self.then)}高者在前，仍相同的先提交者在前" if self.then else TIES[self.ties]
        return f"{self._whose}按{label(self.by)}从高到低择优支持{self.how_many}{least}；{told}"

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
        yield f"{self.scope.name}择优{self.how_many}{least}"

    def figures(self) -> Mapping[str, str]:
        return {} if self.needed is None else {"needed": "入选最低得分"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionLimit(PlacesLimit):
    """Compiled places of a `group`, which go to the first ranks; `cut_off` is in the fact's own unit (sums: fen)."""

    turn = 22
    ranks_all = True

    rule: Selection
    cut_off: Fraction | None
    below: Note
    kept: Note
    unknown: Note

    def ceiling(self, uses: Iterable[BucketUse]) -> Ceiling:
        """The most places that there may be, unless the document lets equal scores pass it."""
        if self.rule.ties == EXCEED or self.rule.most is None:
            return NO_CEILING
        return PlacesLimit.ceiling(self, uses)

    def keep(self, part: Part, line: Line, count: int, state: dict[Any, Any]) -> int:
        del state
        score, rank, ranked = as_number(line.facts.get(self.rule.by)), part.asked.rank, part.asked.ranked
        if score is None:
            line.note(self.unknown, (), applied=False)
        elif self.cut_off is not None and score < self.cut_off:
            line.reasons.append((self.below, (score,)))
            return 0
        # Without a rank, or of a share without the number that are ranked, a claim is taken to be among the first.
        is_known, rule = ranked is not None or not self.rule.is_share, self.rule_of(line)
        step = sum(rank > last for last in rule.steps(ranked or 0)) if rank is not None and is_known else 0
        if step == self.rule.last_step:
            line.reasons.append((self.note, (rank, ranked)))
            return 0
        most = self.rule.sums[step] if self.rule.sums else None
        if most is not None and line.amount is not None:
            line.amount = min(line.amount, most)
        line.note(self.kept, (rank, ranked, most), applied=most is not None)
        return count

    def compile_columns(self, context: ColumnContext) -> Callable[[Lines], Scores]:
        by, then = self.rule.by, self.rule.then
        context.need(by, *_NUMERIC)
        if then is not None:
            context.need(then, *_NUMERIC)

        def scores(lines: Lines) -> Scores:
            score = Numbers.of(lines, by)
            low = np.zeros(len(lines), dtype=np.bool_)
            if self.cut_off is not None:
                low = score.stated & compare(score.values, "<", self.cut_off, score.per)
            return Scores(score, None if then is None else Numbers.of(lines, then), low)

        return scores


SelectionLimit.columns = SelectionColumns
