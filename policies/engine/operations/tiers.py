"""`tiers`: a sum, or a share of costs, by the tier in which a count or a sum stands."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.columns.arithmetic import compare, put_where
from policies.engine.line import as_number
from policies.engine.money import money_text, number_text, ratio_text
from policies.engine.operations.base import ItemSteps, Label, Wording, overflow
from policies.engine.operations.setter import Setter
from policies.engine.problems import problem_code
from policies.engine.spec import FACT, SUM_BY_BOUND, TEXT, Bounds, key
from policies.engine.terms import NATURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step
    from policies.engine.problems import Fault, Place

# The unit of a ratio, of which 0.2 is 20 %.
_PERCENT = "%"
NOT_A_RATE = problem_code(
    "not_a_rate",
    "{fact} 不是比例",
    "单位为 % 时请选数值类型的事实，如算出的增长率",
    form="“{fact:fact}”不是比例，单位写“%”时请改选数值，如算出的增长率。",
)


@dataclass(frozen=True, kw_only=True)
class Tiers(Setter):
    """Sets the amount to the sum of the highest tier whose lower bound the fact reaches; below the lowest to nothing.

    Bounds are written in the fact's unit: yuan for sums, as many rows for rows.
    """

    verb = "tiers"
    label = "按数量或金额分档"
    help = "如 5 件以上 2 万元、10 件以上 5 万元、30 件以上 10 万元"
    order = 15
    preset: ClassVar = {"nature": "exact", "table": {"5": "", "10": "", "30": ""}}

    field: str = key(FACT, "按哪一项分档", types=("integer", "money", "number", "rows"), asks=True)
    table: Bounds = key(SUM_BY_BOUND, "各档金额", help="每行一档，写成“多少以上=金额（元）”，如 5=20000")
    nature: str = key(NATURES, "定额还是最高额")
    unit: str | None = key(
        TEXT, "单位", help="如“件”，用在说明里；增长率等比例写“%”，各档写如 20%=100000", default=None, shown=True
    )

    def compile(self, context: Context) -> Step:
        field, table, named = self.field, self.table, context.label(self.field)
        scale = 100 if context.types.get(field) == "money" else 1
        bounds = [(bound * scale, bound, fen) for bound, fen in table]
        cited = f"依据 {context.citation}：{named}"

        def words(figures: tuple[Any, ...]) -> str:
            value, bound, fen = figures
            return f"{cited} {self._text(value, scale)}，达到 {self._bound(bound)}，{self.most}{money_text(fen)}"

        note = context.note("TIER", words, cite=self.cite)
        lowest = self._bound(table[0][0])
        below = context.note(
            "TIER", lambda figures: f"{cited} {self._text(figures[0], scale)}，未达到 {lowest}", cite=self.cite
        )

        def run(line: Line) -> bool:
            value = as_number(line.facts.get(field))
            if value is None:
                line.missing.append(field)
                return True
            reached = [one for one in bounds if value >= one[0]]
            if not reached:
                line.amount = 0
                line.note(below, (value,))
                return False
            _, bound, line.amount = reached[-1]
            line.note(note, (value, bound, line.amount))
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        field, kind = self.field, context.need(self.field, "integer", "money", "number", "rows")
        scale = 100 if kind == "money" else 1

        def run(lines: Lines) -> None:
            values, per, stated = lines.numbers(field)
            lines.stop_missing(lines.running & ~stated)
            found = np.zeros(len(lines), dtype=np.int64)
            for bound, fen in self.table:
                put_where(found, compare(values, ">=", bound * scale, per), fen)
            lines.set_amount(found, lines.running)

        return run

    @property
    def fixed_fen(self) -> int:
        return max(fen for _, fen in self.table)

    def edges(self) -> Iterator[tuple[str, Fraction | str]]:
        yield from ((self.field, bound) for bound, _ in self.table)

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        yield from super().problems(item, number)
        yield from overflow(self.fixed_fen, "table")
        if self.unit == _PERCENT and item.types.get(self.field) != "number":
            yield ("unit",), NOT_A_RATE.fault(fact=self.field)

    def _bound(self, bound: Fraction) -> str:
        if self.unit == _PERCENT:
            return f"{ratio_text(bound)}以上"
        return f"{number_text(bound)}{f' {self.unit}' if self.unit else ''}以上"

    def _text(self, value: Any, scale: int) -> str:
        if self.unit == _PERCENT:
            return ratio_text(Fraction(value))
        return money_text(value) if scale != 1 else number_text(Fraction(value))

    def sentence(self, label: Label) -> str:
        rows = "，".join(f"{self._bound(bound)} {money_text(fen)}" for bound, fen in self.table)
        return f"按{label(self.field)}分档{self.most}：{rows}"

    def heading(self, words: Wording) -> tuple[str, str]:
        return f"按{words.label(self.field)}分档，最高", words.sum(self.fixed_fen)

    def bounds(self, words: Wording) -> Iterator[str]:
        yield from (f"{words.label(self.field)} {self._bound(bound)}：{words.sum(fen)}" for bound, fen in self.table)

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"table": f"{label(self.field)}各档金额"}
