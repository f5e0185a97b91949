"""`fulfils`: whether so many of a few criteria are met: any of them, all of them, or at least two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.columns.population import Column
from policies.engine.conditions.registry import words_of_test
from policies.engine.operations.base import ItemSteps, Label
from policies.engine.operations.derive import Derive
from policies.engine.problems import problem_code
from policies.engine.spec import COUNT, ONLY, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policies.engine.operations.derive import Worked
    from policies.engine.operations.types import ColumnContext, Context, Line, Lines
    from policies.engine.problems import Fault, Place

TOO_MANY_CRITERIA = problem_code(
    "too_many_criteria",
    "只列了 {listed} 项，不能要求符合 {least} 项",
    "请改小 least 或补上其余各项",
    form="只列了 {listed} 项，不能要求符合 {least} 项，请改小这个数或补上其余各项。",
)
_MORE = "不足这么多项的留空"


@dataclass(frozen=True, kw_only=True)
class Fulfils(Derive):
    """The fact says whether at least `least` of the criteria are met.

    A criterion whose fact is not stated may be met or not: the fact is unknown only where that would decide it. More
    criteria than these are put together out of several such facts.
    """

    verb = "fulfils"
    label = "几项标准符合几项（任一、同时）"
    help = "如“符合下列条件之一”；再用条件“是”来要求。算出的结果可作另一步的一项标准，一层套一层"
    order = 255
    gives = "boolean"
    preset: ClassVar = {"name": "qualifies", "label": "符合规定的标准", "least": 1}

    least: int = key(COUNT, "至少符合几项", help="任一项写 1；须同时符合的，写一共几项")
    first: Mapping[str, Any] = key(ONLY, "第一项")
    second: Mapping[str, Any] = key(ONLY, "第二项")
    third: Mapping[str, Any] | None = key(ONLY, "第三项", default=None, shown=True)
    fourth: Mapping[str, Any] | None = key(ONLY, "第四项", help=_MORE, default=None)
    fifth: Mapping[str, Any] | None = key(ONLY, "第五项", help=_MORE, default=None)
    sixth: Mapping[str, Any] | None = key(ONLY, "第六项", help=_MORE, default=None)

    @property
    def criteria(self) -> list[Mapping[str, Any]]:
        """The tests, in their order."""
        return [test for _, test in self.tests()]

    def facts(self) -> Iterator[tuple[str, bool]]:
        return ((name, False) for name, _ in super().facts())

    @property
    def needed_facts(self) -> tuple[str, ...]:
        return ()

    def wanting(self, line: Line) -> list[str]:
        return [test["field"] for test in self.criteria if line.facts.get(test["field"]) is None]

    def work_out(self, context: Context) -> Callable[[Line], Worked | None]:
        predicates = [context.predicate_of(test) for test in self.criteria]

        def work_out(line: Line) -> Worked | None:
            answers = [holds(line.facts) for holds in predicates]
            met = tuple(number for number, holds in enumerate(answers) if holds)
            if len(met) < self.least <= len(met) + answers.count(None):
                return None
            return len(met) >= self.least, met

        return work_out

    def tell(self, figures: tuple[Any, ...], label: Label) -> str:
        criteria = self.criteria
        met = "；".join(words_of_test(criteria[number], label) for number in figures)
        return f"{len(criteria)} 项中符合 {len(figures)} 项{f'（{met}）' if met else ''}，须至少 {self.least} 项"

    def work_out_columns(self, context: ColumnContext) -> Callable[[Lines], Column]:
        tests = [context.test_of(test) for test in self.criteria]

        def work_out(lines: Lines) -> Column:
            met, open_ = np.zeros(len(lines), dtype=np.int64), np.zeros(len(lines), dtype=np.int64)
            for test in tests:
                verdict, known = test(lines)
                met += verdict if known is None else verdict & known
                open_ += 0 if known is None else ~known
            holds = met >= self.least
            return Column(holds.astype(np.int8), holds | (met + open_ < self.least))

        return work_out

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        yield from super().problems(item, number)
        if self.least > len(self.criteria):
            yield ("least",), TOO_MANY_CRITERIA.fault(listed=len(self.criteria), least=self.least)

    def rule(self, label: Label) -> str:
        listed = "；".join(words_of_test(test, label) for test in self.criteria)
        how = {1: "符合其中一项", len(self.criteria): "同时符合"}.get(self.least, f"至少符合其中 {self.least} 项")
        return f"{how}（{listed}）"

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"least": f"{self.called}至少几项"}
