"""`scale_tiers`: a share of the amount by the tier in which a score, a count or a sum stands."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.columns.arithmetic import put_where, times_factor
from policies.engine.money import money_text, ratio_text
from policies.engine.operations.base import ItemSteps, Label, Operation, Role, Wording
from policies.engine.operations.tiered import Tiered
from policies.engine.spec import FACTOR_BY_BOUND, Bounds, key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step
    from policies.engine.problems import Fault, Place


@dataclass(frozen=True, kw_only=True)
class ScaleTiers(Tiered, Operation):
    """Makes the amount the share of the highest tier whose lower bound the fact reaches; below the lowest nothing."""

    verb = "scale_tiers"
    label = "按得分或数量分档打折、上浮"
    help = "如评审 90 分以上按 100%、80 分以上按 80%、60 分以上按 60%"
    role = Role.CHANGES
    order = 73
    preset: ClassVar = {"table": {"60": "", "80": "", "90": ""}}
    readings = frozenset({"fen_floor"})

    table: Bounds = key(FACTOR_BY_BOUND, "各档比例", help="每行一档，写成“多少以上=比例”，如 60=60%、90=100%")

    def compile(self, context: Context) -> Step:
        read, part, named = self.reader(context), context.part(), context.label(self.field)

        def words(figures: tuple[Any, ...]) -> str:
            value, row, fen = figures
            share = f"，按 {ratio_text(row[1])} 计 {money_text(fen)}" if row else ""
            return f"{named} {self.told(value, row, context)}{share}"

        note = context.note(self.code or "SCALE_TIER", words, cite=self.cite)

        def run(line: Line) -> bool:
            found = read(line)
            if found is None:
                return True
            line.amount = part(line.amount or 0, found[1][1] if found[1] else Fraction(0))
            line.note(note, (*found, line.amount))
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        read = self.reader_of_columns(context)

        def run(lines: Lines) -> None:
            found = np.zeros(len(lines), dtype=np.int64)
            for reached, ratio in read(lines):
                put_where(found, reached, times_factor(lines.amount, ratio, context.share, context.item))
            lines.set_amount(found, lines.running)

        return run

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        yield from super().problems(item, number)
        yield from self.unit_problems(item)

    @property
    def largest_factor(self) -> Fraction:
        return max(factor for _, factor in self.table)

    def sentence(self, label: Label) -> str:
        rows = "，".join(f"{self.bound_text(bound)} {ratio_text(ratio)}" for bound, ratio in self.table)
        return f"按{label(self.field)}计：{rows}，不足的不支持"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield self.sentence(words.label)

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"table": f"{label(self.field)}各档比例"}
