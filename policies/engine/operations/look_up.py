"""`look_up`: a rate that stands in a table by the day from which it holds, such as the LPR or an exchange rate."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.columns.population import Column
from policies.engine.money import number_text
from policies.engine.operations.base import ItemSteps, Label
from policies.engine.operations.derive import Derive
from policies.engine.problems import problem_code
from policies.engine.spec import FACT, NUMBER_BY_DAY, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from policies.engine.operations.derive import Worked
    from policies.engine.operations.types import ColumnContext, Context, Line, Lines
    from policies.engine.problems import Fault, Place

# Rates have at most so many decimals: an LPR of 3.45 % has four, an exchange rate of 7.1234 too.
_SCALE = 10**6
_MOST = 10**4
RATE_SHAPE = problem_code(
    "rate_shape",
    "“{value}”不能作为利率或汇率",
    "请写 0 到 10000 之间、最多六位小数的数，如 3.45% 或 7.1234",
    form="“{value}”不能作为利率或汇率，请写如 3.45% 或 7.1234 的数。",
)
# No rate changes by such a factor from one row to another: a % was forgotten.
_LEAP = 50
RATE_LEAPS = problem_code(
    "rate_leaps",
    "对照表中的 {lower} 与 {value} 相差 {times} 倍以上",
    "请核对是否有一处漏写 %",
    form="“{lower}”与“{value}”相差 {times} 倍以上，请核对是否有一处漏写了 %。",
)


@dataclass(frozen=True, kw_only=True)
class LookUp(Derive):
    """The fact is the rate of the last row that begins on or before the day; before the first row there is none."""

    verb = "look_up"
    label = "按日期查利率或汇率"
    help = "如贷款发放日的一年期 LPR、付款日的汇率中间价；每行一个起始日"
    order = 230
    preset: ClassVar = {"name": "lpr", "label": "一年期 LPR"}

    day: str = key(FACT, "按哪一天查", types=("date",), asks=True)
    table: tuple[tuple[date, Fraction], ...] = key(
        NUMBER_BY_DAY, "对照表", help="每行一期，写成“起始日=数值”，如 2024-10-21=3.10%"
    )

    def work_out(self, context: Context) -> Callable[[Line], Worked | None]:
        starts, rates = [start for start, _ in self.table], [rate for _, rate in self.table]

        def work_out(line: Line) -> Worked | None:
            day = line.facts[self.day]
            row = bisect_right(starts, day) - 1
            return (rates[row], (day, starts[row], rates[row])) if row >= 0 else None

        return work_out

    def tell(self, figures: tuple[Any, ...], label: Label) -> str:
        day, start, rate = figures
        return f"{day.isoformat()} 适用 {start.isoformat()} 起的 {_rate_text(rate)}"

    def work_out_columns(self, context: ColumnContext) -> Callable[[Lines], Column]:
        context.need(self.day, "date")
        starts = np.array([start.toordinal() for start, _ in self.table])
        rates = np.array([0, *(int(rate * _SCALE) for _, rate in self.table)])

        def work_out(lines: Lines) -> Column:
            rows = np.searchsorted(starts, lines.days(self.day), side="right")
            return Column(rates[rows], rows > 0, scale=_SCALE)

        return work_out

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        yield from super().problems(item, number)
        for _, rate in self.table:
            if not 0 <= rate <= _MOST or (rate * _SCALE).denominator != 1:
                yield ("table",), RATE_SHAPE.fault(value=number_text(rate))
        rates = [rate for _, rate in self.table if rate > 0]
        if rates and max(rates) > _LEAP * min(rates):
            lower, value = map(_rate_text, (min(rates), max(rates)))
            yield ("table",), RATE_LEAPS.fault(lower=lower, value=value, times=_LEAP)

    def rule(self, label: Label) -> str:
        rows = "，".join(f"{start.isoformat()} 起 {_rate_text(rate)}" for start, rate in self.table)
        return f"按{label(self.day)}查表，{rows}"

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"table": self.called}


def _rate_text(rate: Fraction) -> str:
    return f"{number_text(rate * 100)}%" if rate < 1 else number_text(rate)
