"""`propose`: a person may propose less than a ceiling, never more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from policies.engine.money import money_text
from policies.engine.operations.base import ItemSteps, Label, Operation, Role
from policies.engine.problems import problem_code
from policies.engine.spec import FACT, key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step
    from policies.engine.problems import Fault, Place

NOTHING_TO_PROPOSE = problem_code(
    "nothing_to_propose",
    "定额没有“建议金额”",
    "请删除 propose，或把 nature 改为 ceiling",
    form="定额没有“建议金额”，请删除这一步，或把定额改为最高额。",
)


@dataclass(frozen=True, kw_only=True)
class Propose(Operation):
    """Cuts the amount to the proposed one where that is lower."""

    verb = "propose"
    label = "可以建议更少"
    help = "最高额以内，申请人或审核人可以填更小的数"
    role = Role.CHANGES
    order = 80
    preset: ClassVar = {"field": "requested"}

    field: str = key(FACT, "哪一项", types=("money",), asks=False)

    def compile(self, context: Context) -> Step:
        field, named = self.field, context.label(self.field)
        note = context.note("PROPOSED", lambda figures: f"{named} {money_text(figures[0])}，低于上限，按此计")
        unused = context.note("PROPOSED", lambda figures: f"{named} {money_text(figures[0])}不低于上限，按上限计")

        def run(line: Line) -> bool:
            value = line.facts.get(field)
            if value is None:
                return False
            if line.amount is not None and value < line.amount:
                line.amount = value
                line.note(note, (value,))
            else:
                line.note(unused, (value,), applied=False)
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        context.need(self.field, "money", "integer")

        def run(lines: Lines) -> None:
            values, present = lines.sum(self.field)
            lines.set_amount(values, lines.running & lines.has & present & (values < lines.amount))

        return run

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        """Less than a ceiling may be proposed; less than a fixed sum may not."""
        if not any(step.is_ceiling for step in item.amounts):
            yield (), NOTHING_TO_PROPOSE.fault()

    def sentence(self, label: Label) -> str:
        return ""

    def form_sentence(self, label: Label) -> str:
        return f"可以填{label(self.field)}，低于最高额时按它计"
