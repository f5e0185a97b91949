"""`convert`: a sum at a rate: interest on a principal, or foreign money in yuan."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.columns.arithmetic import at_rate
from policies.engine.columns.population import Column
from policies.engine.money import MAX_FEN, money_text, number_text, part_down, ratio_text
from policies.engine.operations.base import ItemSteps, Label
from policies.engine.operations.derive import Derive
from policies.engine.problems import problem_code
from policies.engine.spec import FACT, FACTOR, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from policies.engine.operations.derive import Worked
    from policies.engine.operations.types import ColumnContext, Context, Line, Lines
    from policies.engine.problems import Fault, Place

ONE_RATE = problem_code(
    "one_rate",
    "利率或汇率要么取自事实，要么固定",
    "请只写 rate 或 fixed 之一",
    form="“利率或汇率”与“固定的利率”，请只填一个。",
)
YEARS = {"365": "一年 365 天", "360": "一年 360 天"}


@dataclass(frozen=True, kw_only=True)
class Convert(Derive):
    """The fact is the sum at the rate, cut down to the fen; for so many `days` that part of a year, cut down again.

    A sum past the engine's largest counts as the largest; a negative rate as nothing.
    """

    verb = "convert"
    label = "按利率或汇率折算"
    help = "如贷款本金按 LPR 计的利息、外币费用折成人民币"
    order = 240
    gives = "money"
    preset: ClassVar = {"name": "converted", "label": "折算金额"}

    field: str = key(FACT, "哪一项金额", types=("money",), asks=True)
    rate: str | None = key(
        FACT, "利率或汇率", help="可选前面“按日期查”算出的", default=None, shown=True, types=("number",), asks=True
    )
    fixed: Fraction | None = key(FACTOR, "固定的利率", help="如 2%；与“利率或汇率”只填一个", default=None, shown=True)
    days: str | None = key(FACT, "计多少天", help="计息天数；不填时按整年", default=None, types=("integer",), asks=True)
    year: str = key(YEARS, "一年按多少天", default="365")

    @property
    def _fixed(self) -> Fraction:
        return self.fixed or Fraction(0)

    def work_out(self, context: Context) -> Callable[[Line], Worked | None]:
        whole = int(self.year)

        def work_out(line: Line) -> Worked | None:
            sum_, rate = line.facts[self.field], self._fixed if self.rate is None else line.facts[self.rate]
            days = None if self.days is None else line.facts[self.days]
            if isinstance(rate, str) or isinstance(days, tuple):
                return None
            found = min(part_down(sum_, max(Fraction(rate), Fraction(0))), MAX_FEN)
            if days is not None:
                found = min(found * days // whole, MAX_FEN)
            return found, (sum_, rate, days, found)

        return work_out

    def tell(self, figures: tuple[Any, ...], label: Label) -> str:
        sum_, rate, days, found = figures
        term = f" × {days} ÷ {self.year}" if days is not None else ""
        told = number_text(Fraction(rate)) if self.fixed is None else ratio_text(rate)
        return f"{label(self.field)} {money_text(sum_)} × {told}{term} = {money_text(found)}"

    def work_out_columns(self, context: ColumnContext) -> Callable[[Lines], Column]:
        context.need(self.field, "money")
        if self.rate is not None:
            context.need(self.rate, "number")
        if self.days is not None:
            context.need(self.days, "integer")

        def work_out(lines: Lines) -> Column:
            fen, _ = lines.sum(self.field)
            if self.rate is None:
                rate, scale = np.full(len(lines), self._fixed.numerator), self._fixed.denominator
                known = lines.present(self.field)
            else:
                rate, scale, known = lines.numbers(self.rate)
            found = at_rate(fen, np.where(known, np.maximum(rate, 0), 0), scale, most=MAX_FEN, where=context.item)
            if self.days is not None:
                days = lines.column(self.days)
                if days.lists is not None:
                    known = known & ~days.lists.given
                # Within a million days: at most 10^20 before it is divided, so whole years go first.
                years, rest = np.divmod(found, int(self.year))
                found = np.minimum(years * days.values + rest * days.values // int(self.year), MAX_FEN)
            return Column(found, known)

        return work_out

    def rule(self, label: Label) -> str:
        term = f"，按{label(self.days)}计（{YEARS[self.year]}）" if self.days is not None else ""
        rate = f" {ratio_text(self.fixed)}" if self.fixed is not None else label(self.rate or "")
        return f"{label(self.field)}乘以{rate}{term}"

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        yield from super().problems(item, number)
        if (self.rate is None) == (self.fixed is None):
            yield ("rate",), ONE_RATE.fault()

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"fixed": f"{label(self.field)}的利率"}
