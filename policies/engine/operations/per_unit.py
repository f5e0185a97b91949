"""`per_unit`: so much for every N of a figure that is stated: of heads, of square metres, of millions of turnover."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, lcm
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.columns.arithmetic import MOST, times_factor
from policies.engine.columns.population import PopulationError
from policies.engine.line import as_number
from policies.engine.money import MAX_FEN, money_text, number_text
from policies.engine.operations.base import ItemSteps, Label, Wording, overflow
from policies.engine.operations.setter import Setter
from policies.engine.problems import problem_code
from policies.engine.spec import FACT, POSITIVE, YUAN, key
from policies.engine.terms import NATURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step
    from policies.engine.problems import Fault, Place

EXACT, DOWN, UP = "exact", "down", "up"
PARTS = {DOWN: "不足的不计", UP: "不足的按一个计", EXACT: "不足的按比例计"}
NOTHING_BETWEEN = problem_code(
    "nothing_between",
    "最多计到的数不大于起计的数",
    "请改大 up_to，或改小 above",
    form="“最多计到”应大于“超过多少才计”，请改正。",
)


@dataclass(frozen=True, kw_only=True)
class PerUnit(Setter):
    """Sets the amount to `yuan` for every `each` of the figure: of its part above `above`, counted up to `up_to`.

    Both bounds and `each` are in the figure's unit, yuan for a sum; of a list how many it has. `times`: a fact that
    says how many times (months). A sum past the engine's largest counts as the largest.
    """

    verb = "per_unit"
    label = "按数量计（每满、每增加）"
    help = "如每增加 5 件 1 万元、每平方米每月 30 元、成交额每满 100 万元 1 万元"
    order = 28
    preset: ClassVar = {"nature": "exact", "each": "1", "parts": DOWN}
    readings = frozenset({"fen_floor"})

    field: str = key(FACT, "按哪一项计", types=("integer", "money", "number", "rows"), asks=True)
    each: Fraction = key(POSITIVE, "每多少", help="如 1、5；按金额计的单位为元，如 1000000")
    yuan: int = key(YUAN, "金额（元）", help="单位为元，如 5000 或 4999.99")
    parts: str = key(PARTS, "不足一个“每多少”的")
    nature: str = key(NATURES, "定额还是最高额")
    above: Fraction | None = key(
        POSITIVE, "超过多少才计", help="只计超过的部分，如首 10 件以外", default=None, shown=True
    )
    up_to: Fraction | None = key(POSITIVE, "最多计到", help="如最多按 500 平方米计", default=None, shown=True)
    times: str | None = key(FACT, "再乘以哪一项", help="如月数、人数", default=None, types=("integer",), asks=True)

    def compile(self, context: Context) -> Step:
        scale, part, named = 100 if context.types.get(self.field) == "money" else 1, context.part(), context.label
        low, size, cited = self.above or Fraction(0), self.each, f"依据 {context.citation}：{named(self.field)}"

        def words(figures: tuple[Any, ...]) -> str:
            value, units, times, fen = figures
            more = f" × {named(self.times or '')} {times}" if self.times is not None else ""
            counted = f"{self.sentence(named).partition(named(self.field))[2]}，计 {number_text(units)} 个{more}"
            return f"{cited} {number_text(value)}，{counted.lstrip('，')}，计 {money_text(fen)}"

        note = context.note(self.code or "PER_UNIT", words, cite=self.cite)

        def run(line: Line) -> bool:
            value = as_number(line.facts.get(self.field))
            times = 1 if self.times is None else as_number(line.facts.get(self.times))
            if value is None or times is None:
                line.missing.append(self.field if value is None else str(self.times))
                return True
            value = Fraction(value, scale)
            counted = max((value if self.up_to is None else min(value, self.up_to)) - low, Fraction(0)) / size
            units = counted if self.parts == EXACT else Fraction(ceil(counted) if self.parts == UP else floor(counted))
            line.amount = min(min(part(self.yuan, units), MAX_FEN) * times, MAX_FEN)
            line.note(note, (value, units, times, line.amount))
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        kind = context.need(self.field, "integer", "money", "number", "rows")
        if self.times is not None:
            context.need(self.times, "integer")
        low, most = self.above or Fraction(0), MAX_FEN // self.yuan + 1

        def run(lines: Lines) -> None:
            values, scale, stated = lines.numbers(self.field)
            scale *= 100 if kind == "money" else 1
            unit = lcm(scale, *(one.denominator for one in (low, self.each, self.up_to or low)))
            if int(np.abs(values).max(initial=0)) > MOST // (unit // scale):
                raise PopulationError(f"{context.item}: figures of {self.field} are too large or too fine")
            counted = values.astype(np.int64) * (unit // scale)
            if self.up_to is not None:
                counted = np.minimum(counted, int(self.up_to * unit))
            counted, size = np.maximum(counted - int(low * unit), 0), int(self.each * unit)
            if self.parts == EXACT:
                counted = np.where(stated, counted, 0)
                fen = times_factor(counted, Fraction(self.yuan, size), context.share, context.item)
            else:
                fen = np.minimum((counted + (size - 1) * (self.parts == UP)) // size, most) * self.yuan
            fen = np.minimum(fen, MAX_FEN)
            if self.times is not None:
                times, _, known = lines.numbers(self.times)
                times, stated = times.astype(np.int64), stated & known
                fen = np.where(fen > MAX_FEN // np.maximum(times, 1), MAX_FEN, fen * times)
            lines.stop_missing(lines.running & ~stated)
            lines.set_amount(fen, lines.running)

        return run

    def edges(self) -> Iterator[tuple[str, Fraction | str]]:
        low = self.above or Fraction(0)
        yield from ((self.field, bound) for bound in (low, low + self.each, self.up_to) if bound is not None)

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        yield from super().problems(item, number)
        yield from overflow(self.yuan)
        if self.up_to is not None and self.up_to <= (self.above or 0):
            yield ("up_to",), NOTHING_BETWEEN.fault()

    def _bounded(self, sum_: str) -> str:
        above = f"超过 {number_text(self.above)} 的部分" if self.above is not None else ""
        most = f"，最多计到 {number_text(self.up_to)}" if self.up_to is not None else ""
        return f"{above}每 {number_text(self.each)} 计{self.most}{sum_}（{PARTS[self.parts]}）{most}"

    def sentence(self, label: Label) -> str:
        times = f"，乘以{label(self.times)}" if self.times is not None else ""
        return f"{label(self.field)}{self._bounded(money_text(self.yuan))}{times}"

    def heading(self, words: Wording) -> tuple[str, str]:
        above = f"超过 {number_text(self.above)} 的部分" if self.above is not None else ""
        return f"{words.label(self.field)}{above}每 {number_text(self.each)}", words.sum(self.yuan)

    def bounds(self, words: Wording) -> Iterator[str]:
        times = f"，乘以{words.label(self.times)}" if self.times is not None else ""
        yield f"{words.label(self.field)}{self._bounded(words.sum(self.yuan))}{times}"

    def figures(self, label: Label) -> Mapping[str, str]:
        named = label(self.field)
        return {"yuan": f"{named}每计一次的金额", "each": f"{named}每多少", "up_to": f"{named}最多计到"}
