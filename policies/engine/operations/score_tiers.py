"""`score_tiers`: points of a score by the tier in which a figure stands."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from policies.engine.columns.arithmetic import put_where
from policies.engine.money import number_text
from policies.engine.operations.base import ItemSteps, Label
from policies.engine.operations.scoring import SCALE, Score, in_points
from policies.engine.operations.tiered import Tiered
from policies.engine.spec import POSITIVE_BY_BOUND, Bounds, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from policies.engine.columns.population import IntArray
    from policies.engine.operations.types import ColumnContext, Context, Line, Lines
    from policies.engine.problems import Fault, Place


@dataclass(frozen=True, kw_only=True)
class ScoreTiers(Tiered, Score):
    """Adds the points of the highest tier whose lower bound the figure reaches, and below the lowest none."""

    verb = "score_tiers"
    label = "打分（按指标分档）"
    help = "如有效专利 5 件以上得 5 分、10 件以上得 10 分。同一代码的分数相加"
    order = 224
    preset: ClassVar = {**Score.preset, "table": {"5": "", "10": ""}}

    table: Bounds = key(POSITIVE_BY_BOUND, "各档分数", help="每行一档，写成“多少以上=分数”，如 5=10")

    def points_of(self, context: Context) -> Callable[[Line], Fraction | None]:
        read = self.reader(context)

        def points_of(line: Line) -> Fraction | None:
            found = read(line)
            return None if found is None else in_points(found[1][1] if found[1] else Fraction(0))

        return points_of

    def points_of_columns(self, context: ColumnContext) -> Callable[[Lines], IntArray]:
        read = self.reader_of_columns(context)

        def points_of(lines: Lines) -> IntArray:
            found = np.zeros(len(lines), dtype=np.int64)
            for reached, points in read(lines):
                put_where(found, reached, int(in_points(points) * SCALE))
            return found

        return points_of

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        yield from super().problems(item, number)
        yield from self.unit_problems(item)

    def for_what(self, label: Label) -> str:
        return label(self.field)

    def rule(self, label: Label) -> str:
        rows = "，".join(f"{self.bound_text(bound)} {number_text(points)} 分" for bound, points in self.table)
        return f"按{label(self.field)}分档得分：{rows}"

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"table": f"{label(self.field)}各档分数"}
