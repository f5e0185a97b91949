"""`term`: how long something has lasted, to the day."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.columns.arithmetic import years_between
from policies.engine.columns.population import Column
from policies.engine.dates import years_and_days
from policies.engine.operations.base import Label
from policies.engine.operations.derive import Derive
from policies.engine.spec import FACT, key

if TYPE_CHECKING:
    from collections.abc import Callable

    from policies.engine.operations.derive import Worked
    from policies.engine.operations.types import ColumnContext, Context, Line, Lines

# Days past the last whole year count in thousandths: fewer than a year has.
_DAYS = 1000


@dataclass(frozen=True, kw_only=True)
class Term(Derive):
    """The fact is the years from one day to another; days past the last whole year stand behind the point.

    Ten years are 10 on the corresponding day of the tenth year (Civil Code arts. 201, 202), and 10.001 the day after: a
    test of more than ten years holds from then on. Before the first day it is 0. `until` is the day of filing, unless
    it says otherwise.
    """

    verb = "term"
    label = "算年限（到日）"
    help = "如从授权日到申报日的维持年限：十年零一天即超过 10 年"
    order = 210
    preset: ClassVar = {"name": "term_years", "label": "年限", "until": "claimed_on"}

    start: str = key(FACT, "从哪一天", name="from", types=("date",), asks=True)
    until: str = key(FACT, "到哪一天", types=("date",), asks=True)

    def work_out(self, context: Context) -> Callable[[Line], Worked]:
        def work_out(line: Line) -> Worked:
            first, last = line.facts[self.start], line.facts[self.until]
            years, days = years_and_days(first, last)
            return Fraction(years * _DAYS + days, _DAYS), (first, last, years, days)

        return work_out

    def tell(self, figures: tuple[Any, ...], label: Label) -> str:
        first, last, years, days = figures
        return f"{first.isoformat()} 至 {last.isoformat()}，{years} 年{f'零 {days} 天' if days else ''}"

    def work_out_columns(self, context: ColumnContext) -> Callable[[Lines], Column]:
        context.need(self.start, "date")
        context.need(self.until, "date")

        def work_out(lines: Lines) -> Column:
            known = lines.present(self.start) & lines.present(self.until)
            first, last = (np.where(known, lines.days(name), 1) for name in (self.start, self.until))
            years, days = years_between(first, last)
            return Column(years * _DAYS + days, scale=_DAYS)

        return work_out

    def rule(self, label: Label) -> str:
        return f"{label(self.start)}至{label(self.until)}的年数，算到日"
