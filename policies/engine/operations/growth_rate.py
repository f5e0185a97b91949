"""`growth_rate`: by what part a figure grew over an earlier one, or what share of another it is."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.columns.population import Column
from policies.engine.line import as_number
from policies.engine.money import ratio_text
from policies.engine.operations.base import Label
from policies.engine.operations.derive import Derive
from policies.engine.spec import FACT, key

if TYPE_CHECKING:
    from collections.abc import Callable

    from policies.engine.operations.derive import Worked
    from policies.engine.operations.types import ColumnContext, Context, Line, Lines

_TYPES = ("money", "integer")
# A rate is known to a ten-thousandth of a percent, the rest dropped; and up to a million times.
_DIGITS = 1000
_SCALE = _DIGITS * _DIGITS
_MOST = 10**6
SHARE = "share"
_WAYS = {"growth": "增长率（比后一项多百分之几）", SHARE: "占比（占后一项百分之几）"}


@dataclass(frozen=True, kw_only=True)
class Growth(Derive):
    """The fact is (`field` - `before`) / `before`, so 20 % is "20%" or 0.2; of an earlier figure of nothing it is 0.

    A share is `field` / `before`.
    """

    verb = "growth_rate"
    label = "算增长率或占比"
    help = "如今年比上一年增长百分之几、研发费用占营业收入百分之几，供条件和分档使用"
    order = 200
    preset: ClassVar = {"name": "growth", "label": "同比增长率"}

    field: str = key(FACT, "哪一项", types=_TYPES, asks=True)
    before: str = key(FACT, "比哪一项", help="如上一年度的同一项；算占比时为总数", types=_TYPES, asks=True)
    way: str | None = key(_WAYS, "怎么算", help="不选时算增长率", default=None, shown=True)

    def work_out(self, context: Context) -> Callable[[Line], Worked]:
        def work_out(line: Line) -> Worked:
            now, before = (as_number(line.facts[name]) for name in (self.field, self.before))
            found = Fraction(_rate(now if self.way == SHARE else now - before, before), _SCALE)
            return found, (before, found)

        return work_out

    def tell(self, figures: tuple[Any, ...], label: Label) -> str:
        before, rate = figures
        return ratio_text(rate) if before else f"{label(self.before)}为零，按 0 计"

    def work_out_columns(self, context: ColumnContext) -> Callable[[Lines], Column]:
        context.need(self.field, *_TYPES)
        context.need(self.before, *_TYPES)

        def work_out(lines: Lines) -> Column:
            now, before = (lines.numbers(name)[0].astype(np.int64) for name in (self.field, self.before))
            base = np.maximum(before, 1)
            more = now if self.way == SHARE else now - before
            whole = more // base
            first = (more - whole * base) * _DIGITS
            tenths = first // base
            rest = (first - tenths * base) * _DIGITS // base
            rate = np.clip(whole, -_MOST, _MOST) * _SCALE + np.where(np.abs(whole) < _MOST, tenths * _DIGITS + rest, 0)
            return Column(np.where(before == 0, 0, rate), scale=_SCALE)

        return work_out

    def rule(self, label: Label) -> str:
        if self.way == SHARE:
            return f"{label(self.field)}占{label(self.before)}的比例"
        return f"{label(self.field)}比{label(self.before)}增长的比例"


def _rate(part: int, before: int) -> int:
    """The rate in millionths, rounded down."""
    if not before:
        return 0
    whole = part // before
    return part * _SCALE // before if abs(whole) < _MOST else max(-_MOST, min(whole, _MOST)) * _SCALE
