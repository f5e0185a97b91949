"""`measure`: a measured value against a target."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.columns.arithmetic import compare, put_where
from policies.engine.money import number_text, parse_number
from policies.engine.operations.base import ItemSteps, Label, Operation, Role, Wording
from policies.engine.problems import problem_code
from policies.engine.spec import FACT, NUMBER, TEXT, key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step
    from policies.engine.problems import Fault, Place

ONE_TARGET = problem_code(
    "one_target",
    "目标值应恰好有一个",
    "请只写 target 或 equals 之一",
    form="目标值和一句话的目标请只填一个。",
)
COMPARISONS = {">": "超过", ">=": "不低于", "=": "等于", "range": "在区间内（不低于下限）"}
STRICT = "chaoguo_exclusive"
_SIGNS = {">": "超过", ">=": "不低于", "range": "不低于", "=": ""}


@dataclass(frozen=True, kw_only=True)
class Measure(Operation):
    """Holds a measured value against a number, or against the words it must come to; the deadline is words only."""

    verb = "measure"
    label = "对照目标"
    help = "实测值与目标比较，不发钱"
    role = Role.SETS
    order = 120
    preset: ClassVar = {"field": "value", "op": ">="}
    pays = False

    field: str = key(FACT, "哪一项", types=("number", "integer", "money", "text"), asks=True)
    op: str = key(COMPARISONS, "怎么比较")
    unit: str = key(TEXT, "单位")
    deadline: str = key(TEXT, "完成期限", help="如“2023 年”")
    target: str | None = key(NUMBER, "目标值", default=None, shown=True)
    equals: str | None = key(TEXT, "目标是一句话时", help="与“目标值”只填一个", default=None)

    def acting_readings(self) -> frozenset[str]:
        return frozenset({STRICT}) if self.op == ">" else frozenset()

    @property
    def bound(self) -> Fraction | None:
        """The number to reach; None where the value must come to the words of `equals`."""
        return None if self.target is None or self.equals is not None else parse_number(self.target)

    def _aim(self, shown: str | None) -> str:
        return f"{_SIGNS[self.op]} {shown} {self.unit}".strip()

    def compile(self, context: Context) -> Step:
        field, text, bound = self.field, self.equals, self.bound
        aim = self._aim(text if bound is None else number_text(bound))
        strict = self.op == ">" and context.settings.get(STRICT, True)

        def words(figures: tuple[Any, ...]) -> str:
            value, met = figures
            shown = number_text(value) if isinstance(value, Fraction) else value
            reached = "已达成" if met else "未达成"
            return f"依据 {context.citation}：{self.deadline}目标为{aim}，实测 {shown}，{reached}"

        note = context.note("TARGET", words)

        def run(line: Line) -> bool:
            value = line.facts.get(field)
            if value is None:
                line.missing.append(field)
                return True
            if bound is None:
                met = value == text
            elif isinstance(value, Fraction):
                met = value > bound if strict else value >= bound
            else:
                line.missing.append(field)
                return True
            line.measured = met
            line.note(note, (value, met))
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        field, text, bound = self.field, self.equals, self.bound
        context.need(field, "number", *(("text", "choice") if text is not None else ()))
        sign = ">" if self.op == ">" and context.settings.get(STRICT, True) else ">="

        def run(lines: Lines) -> None:
            column = lines.column(field)
            lines.stop_missing(lines.running & ~lines.present(field))
            spoken = column.spoken if column.spoken is not None else np.zeros(len(lines), dtype=np.bool_)
            if bound is None:
                worded = spoken if context.types[field] == "number" else lines.present(field)
                same = np.array([word == text for word in column.words] or [False])
                met = worded & same[column.values * worded]
            else:
                lines.stop_missing(lines.running & spoken)
                met = compare(column.values, sign, bound, column.scale)
            put_where(lines.measured, lines.running, met)

        return run

    def edges(self) -> Iterator[tuple[str, Fraction | str]]:
        yield self.field, Fraction(1) if self.target is None else parse_number(self.target)
        if self.equals is not None:
            yield from ((self.field, self.equals), (self.field, "否"))

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        if (self.target is None) == (self.equals is None):
            yield ("target",), ONE_TARGET.fault()

    def sentence(self, label: Label) -> str:
        return f"{self.deadline}的目标为{self._aim(self.equals or self.target)}"

    def heading(self, words: Wording) -> tuple[str, str]:
        bound = self.bound
        if bound is None:
            return f"{self.deadline}目标", f"{self.equals} {self.unit}"
        shown = f"{bound.numerator:,}" if bound.denominator == 1 else number_text(bound)
        return f"{self.deadline}目标", self._aim(shown)
