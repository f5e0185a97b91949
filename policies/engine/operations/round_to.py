"""`round_to`: the amount in whole hundreds, thousands or ten-thousands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from policies.engine.money import money_text
from policies.engine.operations.base import ItemSteps, Label, Operation, Role, Wording, overflow
from policies.engine.spec import YUAN, key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.columns.population import IntArray
    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step
    from policies.engine.problems import Fault, Place

WAYS = {"down": "舍去尾数", "half_up": "四舍五入", "up": "有尾数即进一"}


@dataclass(frozen=True, kw_only=True)
class RoundTo(Operation):
    """Makes the amount a multiple of `unit`: the next below or above, or the nearest (a half goes up)."""

    verb = "round_to"
    label = "取整到百元、万元"
    help = "金额取到整百、整千或整万"
    role = Role.CHANGES
    order = 75
    preset: ClassVar = {"unit": "100", "way": "down"}

    unit: int = key(YUAN, "取整到（元）", help="如 100 或 10000")
    way: str = key(WAYS, "尾数怎么办")

    def _rounded(self, fen: int | IntArray) -> int | IntArray:
        unit = self.unit
        return (fen + {"half_up": unit // 2, "up": unit - 1}.get(self.way, 0)) // unit * unit

    def compile(self, context: Context) -> Step:
        said = self.sentence(context.label)
        note = context.note(
            self.code or "ROUND", lambda figures: f"{said}，计 {money_text(figures[0])}", cite=self.cite
        )

        def run(line: Line) -> bool:
            before = line.amount or 0
            line.amount = int(self._rounded(before))
            line.note(note, (line.amount,), applied=line.amount != before)
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        def run(lines: Lines) -> None:
            lines.set_amount(self._rounded(lines.amount), lines.running)

        return run

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        yield from overflow(self.unit, "unit")

    def sentence(self, label: Label) -> str:
        return f"取整到 {money_text(self.unit)}（{WAYS[self.way]}）"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield f"取整到 {words.sum(self.unit)}（{WAYS[self.way]}）"

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"unit": "取整到"}
