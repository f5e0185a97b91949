"""`term`: how long something has lasted, to the day."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.columns.arithmetic import terms_between
from policies.engine.columns.population import Column
from policies.engine.dates import terms_and_days
from policies.engine.operations.base import Label
from policies.engine.operations.derive import Derive
from policies.engine.spec import FACT, key

if TYPE_CHECKING:
    from collections.abc import Callable

    from policies.engine.operations.derive import Worked
    from policies.engine.operations.types import ColumnContext, Context, Line, Lines

# Days past the last whole year count in thousandths: fewer than a year has.
_DAYS = 1000
MONTHS, DAYS = "months", "days"
_UNITS = {"years": "年", MONTHS: "月", DAYS: "天"}


@dataclass(frozen=True, kw_only=True)
class Term(Derive):
    """The fact is the years from one day to another; days past the last whole year stand behind the point.

    Ten years are 10 on the corresponding day of the tenth year (Civil Code arts. 201, 202), and 10.001 the day after: a
    test of more than ten years holds from then on. Before the first day it is 0. `until` is the day of filing, unless
    it says otherwise. Months are counted likewise; days are a whole number, the first day not counted.
    """

    verb = "term"
    label = "算年限、月数或天数（到日）"
    help = "如从授权日到申报日的维持年限：十年零一天即超过 10 年；也可以按月、按天数"
    order = 210
    preset: ClassVar = {"name": "term_years", "label": "年限", "until": "claimed_on"}

    start: str = key(FACT, "从哪一天", name="from", types=("date",), asks=True)
    until: str = key(FACT, "到哪一天", types=("date",), asks=True)
    unit: str | None = key(_UNITS, "按什么数", help="不选时按年", default=None, shown=True)

    @property
    def derived(self) -> tuple[str, str, str]:
        return self.name, "integer" if self.unit == DAYS else self.gives, self.called

    @property
    def _months(self) -> int:
        return 1 if self.unit == MONTHS else 12

    def work_out(self, context: Context) -> Callable[[Line], Worked]:
        def work_out(line: Line) -> Worked:
            first, last = line.facts[self.start], line.facts[self.until]
            if self.unit == DAYS:
                days = max((last - first).days, 0)
                return days, (first, last, 0, days)
            whole, days = terms_and_days(first, last, self._months)
            return Fraction(whole * _DAYS + days, _DAYS), (first, last, whole, days)

        return work_out

    def tell(self, figures: tuple[Any, ...], label: Label) -> str:
        first, last, whole, days = figures
        begun = f"{first.isoformat()} 至 {last.isoformat()}，"
        if self.unit == DAYS:
            return f"{begun}{days} 天"
        return f"{begun}{whole} {'个月' if self.unit == MONTHS else '年'}{f'零 {days} 天' if days else ''}"

    def work_out_columns(self, context: ColumnContext) -> Callable[[Lines], Column]:
        context.need(self.start, "date")
        context.need(self.until, "date")

        def work_out(lines: Lines) -> Column:
            known = lines.present(self.start) & lines.present(self.until)
            first, last = (np.where(known, lines.days(name), 1) for name in (self.start, self.until))
            if self.unit == DAYS:
                return Column(np.maximum(last - first, 0))
            whole, days = terms_between(first, last, self._months)
            return Column(whole * _DAYS + days, scale=_DAYS)

        return work_out

    def rule(self, label: Label) -> str:
        counted = {DAYS: "天数", MONTHS: "月数，算到日"}.get(self.unit or "", "年数，算到日")
        return f"{label(self.start)}至{label(self.until)}的{counted}"
