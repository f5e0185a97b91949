"""`nothing_below`: a sum that is too small is not paid at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policies.engine.money import money_text
from policies.engine.operations.base import Label, Operation, Role, Wording
from policies.engine.spec import YUAN, key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Step


@dataclass(frozen=True, kw_only=True)
class NothingBelow(Operation):
    """Makes an amount below `yuan` nothing; `yuan` itself is paid."""

    verb = "nothing_below"
    label = "低于多少不予支持"
    help = "如资助额不足 1000 元的不予资助"
    role = Role.CHANGES
    order = 78

    yuan: int = key(YUAN, "最少（元）", help="单位为元，如 1000")

    def compile(self, context: Context) -> Step:
        said = self.sentence(context.label)
        note = context.note(self.code or "TOO_LITTLE", said, cite=self.cite)

        def run(line: Line) -> bool:
            applied = 0 < (line.amount or 0) < self.yuan
            if applied:
                line.amount = 0
            line.note(note, applied=applied)
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        return lambda lines: lines.set_amount(0, lines.running & lines.has & (lines.amount < self.yuan))

    def sentence(self, label: Label) -> str:
        return f"不足 {money_text(self.yuan)}的不支持"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield f"不足 {words.sum(self.yuan)} 的不支持"

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"yuan": "低于多少不支持"}
