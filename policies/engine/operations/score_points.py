"""`score_points`: points of a score for who meets a criterion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from policies.engine.operations.base import Label
from policies.engine.operations.scoring import SCALE, Score
from policies.engine.spec import COUNT, ONLY, TEXT, key

if TYPE_CHECKING:
    from collections.abc import Callable

    from policies.engine.columns.population import IntArray
    from policies.engine.operations.types import ColumnContext, Context, Line, Lines


@dataclass(frozen=True, kw_only=True)
class Points(Score):
    """Adds `points` to the score where `only` holds."""

    verb = "score_points"
    label = "打分（符合就得分）"
    help = "每项标准一步，同一代码的分数相加；总分可用于条件（合格线）、分档和择优"
    order = 220

    points: int = key(COUNT, "得几分")
    only: Mapping[str, Any] = key(ONLY, "符合什么")
    criterion: str = key(TEXT, "标准怎么称呼", help="如“有效发明专利 10 件以上”")

    def points_of(self, context: Context) -> Callable[[Line], Fraction]:
        holds = context.predicate_of(self.only)
        return lambda line: Fraction(self.points if holds(line.facts) else 0)

    def points_of_columns(self, context: ColumnContext) -> Callable[[Lines], IntArray]:
        test = context.test_of(self.only)
        return lambda lines: np.where(test(lines)[0], self.points * SCALE, 0)

    def for_what(self, label: Label) -> str:
        return self.criterion

    def rule(self, label: Label) -> str:
        return f"{self.criterion}得 {self.points} 分"

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"points": f"{self.criterion}的分数"}
