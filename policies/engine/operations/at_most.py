"""`at_most`: a ceiling of one line that no ledger shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policies.engine.money import money_text
from policies.engine.operations.base import ItemSteps, Label, Operation, Role, Wording
from policies.engine.problems import problem_code
from policies.engine.spec import TEXT, YUAN, key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Step
    from policies.engine.problems import Fault, Place

USELESS_CEILING = problem_code(
    "useless_ceiling",
    "上限不低于标准，永远用不到",
    "请改低上限或删除这一步",
    form="上限不低于标准，永远用不到，请改低上限或删除这一步。",
)


@dataclass(frozen=True, kw_only=True)
class AtMost(Operation):
    """Cuts the amount of a line to `yuan`."""

    verb = "at_most"
    label = "单项最高额"
    help = "单独一项的封顶，不与其他申报共用"
    role = Role.CHANGES
    order = 60

    yuan: int = key(YUAN, "金额（元）", help="单位为元，如 5000 或 4999.99")
    per: str = key(TEXT, "每什么", help="如“每件”“每个项目”", default="每项")

    def compile(self, context: Context) -> Step:
        fen = self.yuan
        note = context.note(self.code or "CEILING", f"依据 {context.citation}：{self.sentence(context.label)}")

        def run(line: Line) -> bool:
            applied = line.amount is not None and line.amount > fen
            if applied:
                line.amount = fen
            line.note(note, applied=applied)
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        fen = self.yuan
        return lambda lines: lines.set_amount(fen, lines.running & lines.has & (lines.amount > fen))

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        """A ceiling that no sum can pass changes nothing."""
        if item.most_fixed is not None and item.most_fixed <= self.yuan:
            yield ("yuan",), USELESS_CEILING.fault()

    def sentence(self, label: Label) -> str:
        return f"{self.per}最高 {money_text(self.yuan)}"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield f"{self.per}最高 {words.sum(self.yuan)}"

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"yuan": f"{self.per}最高"}
