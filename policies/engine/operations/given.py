"""`given`: a sum set outside the document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from policies.engine.operations.base import SUMS, Label, Operation, Role, joined
from policies.engine.operations.stated import first_stated, first_stated_columns
from policies.engine.spec import FACTS, key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.engine.columns.population import BoolArray
    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step


WITHOUT_SUM = {"no_amount": "等人审定金额", "undetermined": "不能测算"}


@dataclass(frozen=True, kw_only=True)
class Given(Operation):
    """Sets the amount to the first given fact: a decision's sum, or one by a district's own rule."""

    verb = "given"
    label = "金额由文件以外决定"
    help = "一事一议，或由区里另行规定"
    role = Role.SETS
    order = 40
    preset: ClassVar = {"fields": ["decided"], "missing": "no_amount"}

    fields: tuple[str, ...] = key(FACTS, "哪些费用", types=SUMS, asks=True)
    missing: str = key(WITHOUT_SUM, "没有填写金额时")

    @property
    def summed(self) -> tuple[str, ...]:
        return self.fields

    @property
    def awaits_decision(self) -> bool:
        return self.missing == "no_amount"

    def facts(self) -> Iterator[tuple[str, bool]]:
        return ((name, not self.awaits_decision) for name in self.fields)

    def compile(self, context: Context) -> Step:
        nothing = context.note("NO_AMOUNT", f"依据 {context.citation}：文件未定金额，由审定决定，并注明决定文号")

        def without(line: Line) -> None:
            if self.awaits_decision:
                line.needs_decision = True
                line.note(nothing)
            else:
                line.missing.append(self.fields[0])

        return first_stated(context, self.fields, without)

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        def without(lines: Lines, where: BoolArray) -> None:
            if self.awaits_decision:
                lines.decision |= where
                lines.running &= ~where
            else:
                lines.stop_missing(where)

        return first_stated_columns(context, self.fields, without)

    def sentence(self, label: Label) -> str:
        return "文件未定金额，一事一议" if self.awaits_decision else f"按{joined(self.fields, label, '与')}计"
