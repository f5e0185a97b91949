"""What the operations share that give points for a score: the steps of one name make one score, from nothing up."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any, ClassVar

from policies.engine.columns.population import Column
from policies.engine.money import number_text
from policies.engine.operations.derive import Derive

if TYPE_CHECKING:
    from collections.abc import Callable

    from policies.engine.columns.population import IntArray
    from policies.engine.line import Line
    from policies.engine.operations.base import Label
    from policies.engine.operations.derive import Worked
    from policies.engine.operations.types import ColumnContext, Context, Lines

# Points are known to a ten-thousandth, the rest dropped.
SCALE = 10**4
MOST_POINTS = 10**9


def in_points(exact: Fraction) -> Fraction:
    """Points as a score counts them, never below nothing."""
    return Fraction(floor(min(max(exact, Fraction(0)), Fraction(MOST_POINTS)) * SCALE), SCALE)


@dataclass(frozen=True, kw_only=True)
class Score(Derive):
    """Adds points to the score `name`; what they are given for is the criterion."""

    gives = "number"
    preset: ClassVar = {"name": "score", "label": "总分"}

    @abstractmethod
    def points_of(self, context: Context) -> Callable[[Line], Fraction | None]:
        """The points of one line, None where they cannot be told."""

    @abstractmethod
    def points_of_columns(self, context: ColumnContext) -> Callable[[Lines], IntArray]:
        """The points of all lines, in units of 1 / SCALE."""

    @abstractmethod
    def for_what(self, label: Label) -> str:
        """What the points are given for."""

    def work_out(self, context: Context) -> Callable[[Line], Worked | None]:
        points_of = self.points_of(context)

        def work_out(line: Line) -> Worked | None:
            points = points_of(line)
            if points is None:
                return None
            score = line.facts.get(self.name, Fraction(0)) + points
            return score, (points, score)

        return work_out

    def tell(self, figures: tuple[Any, ...], label: Label) -> str:
        points, score = map(number_text, figures)
        return f"{self.for_what(label)}，得 {points} 分，累计 {score} 分"

    def work_out_columns(self, context: ColumnContext) -> Callable[[Lines], Column]:
        points_of = self.points_of_columns(context)

        def work_out(lines: Lines) -> Column:
            points, before = points_of(lines), lines.derived.get(self.name)
            return Column(points if before is None else before.values + points, scale=SCALE)

        return work_out
