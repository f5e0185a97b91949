"""`tiers`: a sum, or a share of costs, by the tier in which a count or a sum stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.columns.arithmetic import put_where
from policies.engine.money import money_text
from policies.engine.operations.base import ItemSteps, Label, Wording, overflow
from policies.engine.operations.setter import Setter
from policies.engine.operations.tiered import Tiered
from policies.engine.spec import SUM_BY_BOUND, Bounds, key
from policies.engine.terms import NATURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step
    from policies.engine.problems import Fault, Place


@dataclass(frozen=True, kw_only=True)
class Tiers(Tiered, Setter):
    """Sets the amount to the sum of the highest tier whose lower bound the fact reaches, and below the lowest to 0."""

    verb = "tiers"
    label = "按数量或金额分档"
    help = "如 5 件以上 2 万元、10 件以上 5 万元、30 件以上 10 万元"
    order = 15
    preset: ClassVar = {"nature": "exact", "table": {"5": "", "10": "", "30": ""}}

    table: Bounds = key(SUM_BY_BOUND, "各档金额", help="每行一档，写成“多少以上=金额（元）”，如 5=20000")
    nature: str = key(NATURES, "定额还是最高额")

    def compile(self, context: Context) -> Step:
        read, cited = self.reader(context), f"依据 {context.citation}：{context.label(self.field)}"

        def words(figures: tuple[Any, ...]) -> str:
            value, row = figures
            most = f"，{self.most}{money_text(row[1])}" if row else ""
            return f"{cited} {self.told(value, row, context)}{most}"

        note = context.note("TIER", words, cite=self.cite)

        def run(line: Line) -> bool:
            found = read(line)
            if found is None:
                return True
            line.amount = found[1][1] if found[1] else 0
            line.note(note, found)
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        read = self.reader_of_columns(context)

        def run(lines: Lines) -> None:
            found = np.zeros(len(lines), dtype=np.int64)
            for reached, fen in read(lines):
                put_where(found, reached, fen)
            lines.set_amount(found, lines.running)

        return run

    @property
    def fixed_fen(self) -> int:
        return max(fen for _, fen in self.table)

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        yield from super().problems(item, number)
        yield from overflow(self.fixed_fen, "table")
        yield from self.unit_problems(item)

    def sentence(self, label: Label) -> str:
        rows = "，".join(f"{self.bound_text(bound)} {money_text(fen)}" for bound, fen in self.table)
        return f"按{label(self.field)}分档{self.most}：{rows}"

    def heading(self, words: Wording) -> tuple[str, str]:
        return f"按{words.label(self.field)}分档，最高", words.sum(self.fixed_fen)

    def bounds(self, words: Wording) -> Iterator[str]:
        yield from (
            f"{words.label(self.field)} {self.bound_text(bound)}：{words.sum(fen)}" for bound, fen in self.table
        )

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"table": f"{label(self.field)}各档金额"}
