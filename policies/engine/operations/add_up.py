"""`add_up`: a figure that is the sum of others, less some: of three years, of several kinds of rights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.checks import MAX_COUNT
from policies.engine.columns.arithmetic import MOST
from policies.engine.columns.population import Column, PopulationError
from policies.engine.line import as_number
from policies.engine.money import MAX_FEN, money_text
from policies.engine.operations.base import ItemSteps, Label, joined
from policies.engine.operations.derive import Derive
from policies.engine.problems import problem_code
from policies.engine.spec import FACTS, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policies.engine.columns.population import IntArray
    from policies.engine.operations.derive import Worked
    from policies.engine.operations.types import ColumnContext, Context, Line, Lines
    from policies.engine.problems import Fault, Place

_TYPES = ("money", "integer")
OTHER_SORT = problem_code(
    "other_sort",
    "{fact} 与要算出的不是一类",
    "算金额的只能加减 money，算数量的只能加减 integer",
    form="“{fact:fact}”不能加在一起：算金额的请只选金额，算数量的请只选整数。",
)
RESULTS = {"money": "金额", "integer": "数量"}


@dataclass(frozen=True, kw_only=True)
class AddUp(Derive):
    """The fact is the sum of `fields` less that of `less`, never below nothing and never past the engine's largest.

    All are sums, or all are whole numbers; of a list it counts how many it has.
    """

    verb = "add_up"
    label = "算合计或净增"
    help = "如近三年研发投入合计、本年授权件数减去上年的净增件数，供条件、分档和计件使用"
    order = 205
    preset: ClassVar = {"name": "in_all", "label": "合计", "result": "integer"}

    fields: tuple[str, ...] = key(FACTS, "哪些相加", types=_TYPES, asks=True)
    result: str = key(RESULTS, "算出的是")
    less: tuple[str, ...] = key(FACTS, "减去哪些", default=(), types=_TYPES, asks=True)

    @property
    def derived(self) -> tuple[str, str, str]:
        return self.name, self.result, self.called

    @property
    def _most(self) -> int:
        return MAX_FEN if self.result == "money" else MAX_COUNT

    def work_out(self, context: Context) -> Callable[[Line], Worked]:
        def work_out(line: Line) -> Worked:
            added, taken = ([as_number(line.facts[name]) for name in names] for names in (self.fields, self.less))
            found = min(max(sum(added) - sum(taken), 0), self._most)
            return found, (added, taken, found)

        return work_out

    def tell(self, figures: tuple[Any, ...], label: Label) -> str:
        added, taken, found = figures
        text = money_text if self.result == "money" else str
        parts = " + ".join(map(text, added)) + "".join(f" - {text(one)}" for one in taken)
        return f"{parts} = {text(found)}"

    def work_out_columns(self, context: ColumnContext) -> Callable[[Lines], Column]:
        for name in (*self.fields, *self.less):
            context.need(name, self.result)

        def total(lines: Lines, names: tuple[str, ...]) -> IntArray:
            found = np.zeros(len(lines), dtype=np.int64)
            for name in names:
                found = found + lines.numbers(name)[0]
            if int(np.abs(found).max(initial=0)) > MOST:
                raise PopulationError(f"{context.item}: the parts of {self.name} pass {MOST}")
            return found

        return lambda lines: Column(np.clip(total(lines, self.fields) - total(lines, self.less), 0, self._most))

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        yield from super().problems(item, number)
        for place, names in (("fields", self.fields), ("less", self.less)):
            for name in names:
                if item.types.get(name, self.result) != self.result:
                    yield (place,), OTHER_SORT.fault(fact=name)

    def rule(self, label: Label) -> str:
        less = f"减去{joined(self.less, label, '与')}" if self.less else ""
        return f"{joined(self.fields, label, '与')}{'合计' if len(self.fields) > 1 else ''}{less}"
