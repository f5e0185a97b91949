"""`scale_tiers`: a share of the amount by the tier in which a score, a count or a sum stands."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.columns.arithmetic import compare, times_factor
from policies.engine.line import as_number
from policies.engine.money import money_text, number_text, ratio_text
from policies.engine.operations.base import Label, Operation, Role, Wording
from policies.engine.spec import FACT, FACTOR_BY_BOUND, TEXT, Bounds, key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step


@dataclass(frozen=True, kw_only=True)
class ScaleTiers(Operation):
    """Makes the amount the share of the highest tier whose lower bound the fact reaches; below the lowest nothing.

    Bounds are written in the fact's unit, yuan for sums.
    """

    verb = "scale_tiers"
    label = "按得分或数量分档打折、上浮"
    help = "如评审 90 分以上按 100%、80 分以上按 80%、60 分以上按 60%"
    role = Role.CHANGES
    order = 73
    preset: ClassVar = {"table": {"60": "", "80": "", "90": ""}}
    readings = frozenset({"fen_floor"})

    field: str = key(FACT, "按哪一项分档", types=("integer", "money", "number", "rows"), asks=True)
    table: Bounds = key(FACTOR_BY_BOUND, "各档比例", help="每行一档，写成“多少以上=比例”，如 60=60%、90=100%")
    unit: str | None = key(TEXT, "单位", help="如“分”“件”，用在说明里", default=None, shown=True)

    def compile(self, context: Context) -> Step:
        field, part, named = self.field, context.part(), context.label(self.field)
        scale = 100 if context.types.get(field) == "money" else 1
        bounds = [(bound * scale, bound, ratio) for bound, ratio in self.table]

        def words(figures: tuple[Any, ...]) -> str:
            value, bound, ratio, fen = figures
            told = money_text(value) if scale != 1 else number_text(Fraction(value))
            if bound is None:
                return f"{named} {told}，未达到 {self._bound(self.table[0][0])}"
            return f"{named} {told}，达到 {self._bound(bound)}，按 {ratio_text(ratio)} 计 {money_text(fen)}"

        note = context.note(self.code or "SCALE_TIER", words, cite=self.cite)

        def run(line: Line) -> bool:
            value = as_number(line.facts.get(field))
            if value is None:
                line.missing.append(field)
                return True
            _, bound, ratio = next((row for row in reversed(bounds) if value >= row[0]), (0, None, Fraction(0)))
            line.amount = part(line.amount or 0, ratio)
            line.note(note, (value, bound, ratio, line.amount))
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        field, kind = self.field, context.need(self.field, "integer", "money", "number", "rows")
        scale = 100 if kind == "money" else 1

        def run(lines: Lines) -> None:
            values, per, stated = lines.numbers(field)
            lines.stop_missing(lines.running & ~stated)
            before, below = lines.amount, np.ones(len(lines), dtype=np.bool_)
            for bound, ratio in reversed(self.table):
                reached = compare(values, ">=", bound * scale, per)
                share = times_factor(before, ratio, context.share, context.item)
                lines.set_amount(share, lines.running & below & reached)
                below = below & ~reached
            lines.set_amount(0, lines.running & below)

        return run

    def edges(self) -> Iterator[tuple[str, Fraction | str]]:
        yield from ((self.field, bound) for bound, _ in self.table)

    def _bound(self, bound: Fraction) -> str:
        return f"{number_text(bound)}{f' {self.unit}' if self.unit else ''}以上"

    def sentence(self, label: Label) -> str:
        rows = "，".join(f"{self._bound(bound)} {ratio_text(ratio)}" for bound, ratio in self.table)
        return f"按{label(self.field)}计：{rows}，不足的不支持"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield self.sentence(words.label)

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"table": f"{label(self.field)}各档比例"}
