"""`score_points`: points of a score, one step for each criterion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.columns.population import Column
from policies.engine.operations.base import Label
from policies.engine.operations.derive import Derive
from policies.engine.spec import COUNT, ONLY, TEXT, key

if TYPE_CHECKING:
    from collections.abc import Callable

    from policies.engine.operations.derive import Worked
    from policies.engine.operations.types import ColumnContext, Context, Line, Lines


@dataclass(frozen=True, kw_only=True)
class Points(Derive):
    """Adds `points` to the score `name` where `only` holds; the steps of one name make one score, from nothing up."""

    verb = "score_points"
    label = "打分"
    help = "每项标准一步，同一代码的分数相加；总分可用于条件（合格线）和分档"
    order = 220
    gives = "integer"
    preset: ClassVar = {"name": "score", "label": "总分"}

    points: int = key(COUNT, "得几分")
    only: Mapping[str, Any] = key(ONLY, "符合什么")
    criterion: str = key(TEXT, "标准怎么称呼", help="如“有效发明专利 10 件以上”")

    def work_out(self, context: Context) -> Callable[[Line], Worked]:
        holds = context.predicate_of(self.only)

        def work_out(line: Line) -> Worked:
            points = self.points if holds(line.facts) else 0
            score = line.facts.get(self.name, 0) + points
            return score, (points, score)

        return work_out

    def tell(self, figures: tuple[Any, ...], label: Label) -> str:
        points, score = figures
        return f"{self.criterion}，得 {points} 分，累计 {score} 分"

    def work_out_columns(self, context: ColumnContext) -> Callable[[Lines], Column]:
        test = context.test_of(self.only)

        def work_out(lines: Lines) -> Column:
            before = lines.derived.get(self.name)
            points = np.where(test(lines)[0], self.points, 0)
            return Column(points if before is None else before.values + points)

        return work_out

    def rule(self, label: Label) -> str:
        return f"{self.criterion}得 {self.points} 分"

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"points": f"{self.criterion}的分数"}
