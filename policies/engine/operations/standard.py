"""`standard`: the sum per right that the document names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from policies.engine.money import money_text
from policies.engine.operations.base import ItemSteps, Label, Wording, overflow
from policies.engine.operations.setter import Setter
from policies.engine.spec import TEXT, YUAN, key
from policies.engine.terms import NATURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Step
    from policies.engine.problems import Fault, Place


@dataclass(frozen=True, kw_only=True)
class Standard(Setter):
    """Sets the amount of a line to `yuan`, whatever was paid."""

    verb = "standard"
    label = "按标准定额"
    help = "文件写明每件多少钱"
    order = 10
    preset: ClassVar = {"nature": "ceiling", "per": "每件"}

    yuan: int = key(YUAN, "金额（元）", help="单位为元，如 5000 或 4999.99")
    nature: str = key(NATURES, "定额还是最高额")
    per: str = key(TEXT, "每什么", help="如“每件”“每个项目”", default="每件")

    def compile(self, context: Context) -> Step:
        fen, text = self.yuan, f"依据 {self.cite or context.citation}：{self.sentence(context.label)}"
        note = context.note("STANDARD", text, cite=self.cite)

        def run(line: Line) -> bool:
            line.amount = fen
            line.note(note)
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        return lambda lines: lines.set_amount(self.yuan, lines.running)

    @property
    def fixed_fen(self) -> int:
        return self.yuan

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        yield from super().problems(item, number)
        yield from overflow(self.yuan)

    def sentence(self, label: Label) -> str:
        return f"{self.per}{self.most} {money_text(self.yuan)}"

    def heading(self, words: Wording) -> tuple[str, str]:
        return f"{self.per}{self.most or '给予'}", words.sum(self.yuan)

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"yuan": f"{self.per}{self.most or '金额'}"}
