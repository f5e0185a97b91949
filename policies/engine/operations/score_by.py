"""`score_by`: points of a score for each unit of a figure, or the figure by its weight (指标乘权重)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from policies.engine.columns.arithmetic import MOST
from policies.engine.line import as_number
from policies.engine.money import number_text, ratio_text
from policies.engine.operations.base import Label
from policies.engine.operations.scoring import MOST_POINTS, SCALE, Score, in_points
from policies.engine.spec import FACT, FLAG, POSITIVE, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from policies.engine.columns.population import IntArray
    from policies.engine.operations.types import ColumnContext, Context, Line, Lines

_FIGURES = ("integer", "money", "number", "rows")


@dataclass(frozen=True, kw_only=True)
class ScoreBy(Score):
    """Adds `points` for every `each` of the figure (1 where it is not said; of sums in yuan), at most `up_to`.

    What is left of an `each` counts in proportion, or not at all where only whole ones do. A figure below nothing
    gives nothing.
    """

    verb = "score_by"
    label = "打分（按指标数值或权重）"
    help = "如每件专利得 2 分、最多 20 分；指标乘以权重 30%。同一代码的分数相加"
    order = 222
    preset: ClassVar = {**Score.preset, "points": ""}

    field: str = key(FACT, "按哪一项指标", types=_FIGURES, asks=True)
    points: Fraction = key(POSITIVE, "每一档得几分", help="按权重计的写权重，如 30%")
    each: Fraction | None = key(
        POSITIVE, "每多少为一档", help="金额按元写，如每 100 万元写 1000000；不写时为 1", default=None, shown=True
    )
    up_to: Fraction | None = key(POSITIVE, "这一项最多几分", help="不设的留空", default=None, shown=True)
    whole: bool = key(FLAG, "不满一档的不计", help="不选时不满的按比例计", default=False, shown=True)

    def points_of(self, context: Context) -> Callable[[Line], Fraction | None]:
        each, most = self._each(context.types.get(self.field)), self._most

        def points_of(line: Line) -> Fraction | None:
            value = as_number(line.facts[self.field])
            if value is None:
                return None
            times = Fraction(value) / each
            return min(in_points((floor(times) if self.whole else times) * self.points), most)

        return points_of

    def points_of_columns(self, context: ColumnContext) -> Callable[[Lines], IntArray]:
        each, most = self._each(context.need(self.field, *_FIGURES)), int(self._most * SCALE)

        def points_of(lines: Lines) -> IntArray:
            values, per, stated = lines.numbers(self.field)
            lines.stop_missing(lines.running & ~stated)
            values = np.where(stated, values, 0).astype(np.int64)
            if self.whole:
                return _part(_part(values, 1 / (each * per), MOST), self.points * SCALE, most)
            return _part(values, self.points * SCALE / (each * per), most)

        return points_of

    def _each(self, kind: str | None) -> Fraction:
        return (self.each or Fraction(1)) * (100 if kind == "money" else 1)

    @property
    def _most(self) -> Fraction:
        return Fraction(MOST_POINTS) if self.up_to is None else in_points(self.up_to)

    def edges(self) -> Iterator[tuple[str, Fraction | str]]:
        # A figure that counts by its weight is one out of a hundred.
        most = Fraction(100) if self.up_to is None else self.up_to / self.points
        yield from ((self.field, part * most * (self.each or 1)) for part in (Fraction(3, 5), Fraction(1)))

    def for_what(self, label: Label) -> str:
        return self.rule(label)

    def rule(self, label: Label) -> str:
        most = "" if self.up_to is None else f"，最多 {number_text(self.up_to)} 分"
        if self.points < 1 and self.each is None and not self.whole:
            return f"{label(self.field)}按 {ratio_text(self.points)} 计分{most}"
        each, points = number_text(self.each or Fraction(1)), number_text(self.points)
        return f"{label(self.field)}每 {each} 得 {points} 分，不满的{'不计' if self.whole else '按比例计'}{most}"

    def figures(self, label: Label) -> Mapping[str, str]:
        most = {} if self.up_to is None else {"up_to": f"{label(self.field)}最多得分"}
        return {"points": f"{label(self.field)}每档得分"} | most


def _part(values: IntArray, ratio: Fraction, most: int) -> IntArray:
    """`ratio` of each value, cut down to the whole, from nothing to `most`."""
    top, bottom = ratio.numerator, ratio.denominator
    if max(int(np.abs(values).max(initial=0)), 1) * top <= MOST and bottom <= MOST:
        return np.clip(values * top // bottom, 0, most)
    return np.array([max(min(value * top // bottom, most), 0) for value in values.tolist()], dtype=np.int64)
