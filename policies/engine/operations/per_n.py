"""`per_n`: so much for every whole N of a count."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from policies.engine.columns.arithmetic import times as column_times
from policies.engine.money import money_text
from policies.engine.operations.base import ItemSteps, Label, Wording, overflow
from policies.engine.operations.setter import Setter
from policies.engine.spec import COUNT, FACT, YUAN, key
from policies.engine.terms import NATURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step
    from policies.engine.problems import Fault, Place


@dataclass(frozen=True, kw_only=True)
class PerN(Setter):
    """Sets the amount to `yuan` for every whole N; what earlier claims counted is taken off in whole N's too."""

    verb = "per_n"
    label = "每满若干件计一次"
    help = "件数每满 N 给一次，不足部分不计"
    order = 30
    preset: ClassVar = {"nature": "exact"}
    aggregates = True

    n: int = key(COUNT, "每满多少件")
    yuan: int = key(YUAN, "金额（元）", help="单位为元，如 5000 或 4999.99")
    nature: str = key(NATURES, "定额还是最高额")
    prior: str | None = key(
        FACT,
        "此前已计的件数",
        help="以前年度已计的件数，按整批扣除",
        default=None,
        types=("integer",),
        asks=False,
    )

    def compile(self, context: Context) -> Step:
        size, fen, prior = self.n, self.yuan, self.prior

        def words(figures: tuple[Any, ...]) -> str:
            count, before, times, amount = figures
            earlier = f"（此前已计 {before}）" if before else ""
            rule = f"每满 {size} 计 {money_text(fen)}"
            return f"依据 {context.citation}：共 {count}{earlier}，{rule}，满 {times} 次，计 {money_text(amount)}"

        note = context.note("PER_N", words)

        def run(line: Line) -> bool:
            before = (line.facts.get(prior) or 0) if prior else 0
            times = (before + line.count) // size - before // size
            line.amount = fen * times
            line.note(note, (line.count, before, times, line.amount))
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        size, fen, prior = self.n, self.yuan, self.prior
        if prior is not None:
            context.need(prior, "integer", "money")

        def run(lines: Lines) -> None:
            before = lines.stated_or_zero(prior)
            filled = (before + lines.count) // size - before // size
            lines.set_amount(column_times(fen, filled, context.item), lines.running)

        return run

    def edges(self) -> Iterator[tuple[str, Fraction | str]]:
        if self.prior is not None:
            yield from ((self.prior, Fraction(self.n * times)) for times in (1, 2))

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        yield from super().problems(item, number)
        yield from overflow(self.yuan)

    def sentence(self, label: Label) -> str:
        return f"每满 {self.n} 计 {money_text(self.yuan)}，不足部分不计"

    def heading(self, words: Wording) -> tuple[str, str]:
        return f"每满 {self.n} 件给予", words.sum(self.yuan)

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"n": "每满多少项计一次", "yuan": "每满一次的金额"}
