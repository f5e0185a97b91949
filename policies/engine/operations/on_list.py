"""`on_list`: whether a word stands on a list on a day, such as products that are excluded.

The list stands in the rule, or is a sheet that officials send in: then whoever asks the question looks it up and states
the fact, which the item asks for otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.columns.population import Column
from policies.engine.operations.base import Label
from policies.engine.operations.by_word import rows_of_lines
from policies.engine.operations.derive import Derive
from policies.engine.problems import problem_code
from policies.engine.spec import FACT, PERIOD_BY_WORD, TEXT, Period, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policies.engine.operations.base import ItemSteps
    from policies.engine.operations.derive import Worked
    from policies.engine.operations.types import ColumnContext, Context, Line, Lines
    from policies.engine.problems import Fault, Place


ONE_LIST = problem_code(
    "one_list",
    "名单和上传的清单应填写其中一个",
    "请只写 table 或 register",
    form="请填写名单，或填写上传的清单的名称，只填其中一个。",
)
STATED_BY_LIST = problem_code(
    "stated_by_list",
    "查上传的清单时，{fact} 须是要填写的事实",
    "请在事实中写明 {fact}（boolean），并写 fills: true",
    form="查上传的清单时，请把“{fact}”列为要填写的事实（是否），并选“已填写的以填写为准”。",
)


@dataclass(frozen=True, kw_only=True)
class Listed(Derive):
    """The fact says whether the word is on the list on `day`: from its first day to its last, both included."""

    verb = "on_list"
    label = "查名单（可用于排除）"
    help = "如不予支持的产品、企业名单，各有起止日；再用条件“不是”排除"
    order = 250
    gives = "boolean"
    preset: ClassVar = {"name": "excluded", "label": "列入排除名单", "day": "on"}

    field: str = key(FACT, "查哪一项", types=("text", "choice"), asks=True)
    day: str = key(FACT, "以哪一天为准", types=("date",), asks=True)
    table: Mapping[str, Period] | None = key(
        PERIOD_BY_WORD, "名单", help="每行一个，写成“名称=起始日”或“名称=起始日/截止日”，起止日都算", default=None
    )
    register: str | None = key(
        TEXT,
        "用上传的清单",
        help="填写清单名称，如“高耗能产品”；名单在“核查名单”中上传，并选“已填写的以填写为准”",
        default=None,
    )

    def work_out(self, context: Context) -> Callable[[Line], Worked | None]:
        table = self.table

        def work_out(line: Line) -> Worked | None:
            if table is None:
                return None
            word, day = str(line.facts[self.field]), line.facts[self.day]
            period = table.get(word)
            found = period is not None and period.holds(day)
            return found, (word, day, found)

        return work_out

    def tell(self, figures: tuple[Any, ...], label: Label) -> str:
        word, day, found = figures
        return f"“{label(self.field, word)}”在 {day.isoformat()} {'已列入' if found else '未列入'}"

    def work_out_columns(self, context: ColumnContext) -> Callable[[Lines], Column]:
        context.need(self.field, "text", "choice")
        context.need(self.day, "date")
        if self.table is None:
            return lambda lines: Column(np.zeros(len(lines), dtype=np.int8), np.zeros(len(lines), dtype=np.bool_))
        rows = rows_of_lines(context, self.field, list(self.table))
        periods = list(self.table.values())
        first = np.array([*(period.first.toordinal() for period in periods), date.max.toordinal()])
        last = np.array([*((period.last or date.max).toordinal() for period in periods), 0])

        def work_out(lines: Lines) -> Column:
            row, day = rows(lines), lines.days(self.day)
            return Column(((day >= first[row]) & (day <= last[row])).astype(np.int8))

        return work_out

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        yield from super().problems(item, number)
        if (self.table is None) == (self.register is None):
            yield ("table",), ONE_LIST.fault()
        if self.register is not None and not self.fills:
            yield ("fills",), STATED_BY_LIST.fault(fact=self.name)

    def rule(self, label: Label) -> str:
        if self.table is None:
            return f"{label(self.field)}列入“{self.register}”（按{label(self.day)}的清单）"
        named = "、".join(label(self.field, word) for word in self.table)
        return f"{label(self.field)}为{named}（按{label(self.day)}的名单）"
