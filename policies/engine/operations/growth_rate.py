"""`growth_rate`: by what part a figure grew over an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.columns.population import Column
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


@dataclass(frozen=True, kw_only=True)
class Growth(Derive):
    """The fact is (`field` - `before`) / `before`, so 20 % is "20%" or 0.2; of an earlier figure of nothing it is 0."""

    verb = "growth_rate"
    label = "算增长率"
    help = "如今年比上一年增长百分之几，供条件和分档使用"
    order = 200
    preset: ClassVar = {"name": "growth", "label": "同比增长率"}

    field: str = key(FACT, "哪一项", types=_TYPES, asks=True)
    before: str = key(FACT, "比哪一项增长", help="如上一年度的同一项", types=_TYPES, asks=True)

    def work_out(self, context: Context) -> Callable[[Line], Worked]:
        def work_out(line: Line) -> Worked:
            now, before = (_number(line.facts[name]) for name in (self.field, self.before))
            found = Fraction(_rate(now, before), _SCALE)
            return found, (before, found)

        return work_out

    def tell(self, figures: tuple[Any, ...], label: Label) -> str:
        before, rate = figures
        return ratio_text(rate) if before else f"{label(self.before)}为零，增长率按 0 计"

    def work_out_columns(self, context: ColumnContext) -> Callable[[Lines], Column]:
        context.need(self.field, *_TYPES)
        context.need(self.before, *_TYPES)

        def work_out(lines: Lines) -> Column:
            now, before = (lines.numbers(name)[0].astype(np.int64) for name in (self.field, self.before))
            base = np.maximum(before, 1)
            more = now - before
            whole = more // base
            first = (more - whole * base) * _DIGITS
            tenths = first // base
            rest = (first - tenths * base) * _DIGITS // base
            rate = np.clip(whole, -_MOST, _MOST) * _SCALE + np.where(np.abs(whole) < _MOST, tenths * _DIGITS + rest, 0)
            return Column(np.where(before == 0, 0, rate), scale=_SCALE)

        return work_out

    def rule(self, label: Label) -> str:
        return f"{label(self.field)}比{label(self.before)}增长的比例"


def _number(value: Any) -> int:
    """A figure; of a list of things how many they are."""
    return len(value) if isinstance(value, tuple) else value


def _rate(now: int, before: int) -> int:
    """The rate in millionths, rounded down."""
    if not before:
        return 0
    whole = (now - before) // before
    return (now - before) * _SCALE // before if abs(whole) < _MOST else max(-_MOST, min(whole, _MOST)) * _SCALE
