"""`title`: a title is recognised; its money, if any, is decided by a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from policies.engine.money import money_text
from policies.engine.operations.base import SUMS, Label, Operation, Role, Wording
from policies.engine.spec import DAY, FACT, TEXT, key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step


@dataclass(frozen=True, kw_only=True)
class Title(Operation):
    """Recognises a title. Money that a person decided is paid for facts before a phase-out only."""

    verb = "title"
    label = "认定称号"
    help = "认定一个称号，奖金另定"
    role = Role.SETS
    order = 110
    heads_last = True

    result: str = key(TEXT, "称号")
    decided: str | None = key(FACT, "奖金填在", default=None, types=SUMS, asks=False)
    decided_before: date | None = key(DAY, "这一天前的事实才有奖金", default=None)

    @property
    def sets_amount(self) -> bool:
        return self.decided is not None

    @property
    def awaits_decision(self) -> bool:
        return self.decided is not None

    @property
    def phases_out(self) -> bool:
        return self.decided_before is not None

    def compile(self, context: Context) -> Step:
        result, field, end = self.result, self.decided, self.decided_before
        note = context.note("TITLE", f"依据 {context.citation}：认定为{result}")
        money = context.note("GIVEN", lambda figures: f"{context.label(field or '')} {money_text(figures[0])}")
        over = context.note("PHASEOUT", f"{end} 起补贴取消，只认定称号，不支持资金")

        def run(line: Line) -> bool:
            line.title = result
            line.note(note)
            value = line.facts.get(field) if field else None
            if value is None:
                return False
            if end is not None and line.facts["on"] >= end:
                line.note(over)
            else:
                line.amount = value
                line.note(money, (value,))
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        field = self.decided
        if field is not None:
            context.need(field, "money")
        end = self.decided_before.toordinal() if self.decided_before is not None else None

        def run(lines: Lines) -> None:
            lines.title |= lines.running
            if field is None:
                return
            values, present = lines.sum(field)
            acts = lines.running & present
            lines.set_amount(values, acts if end is None else acts & (lines.day < end))

        return run

    def sentence(self, label: Label) -> str:
        return f"认定或支持{self.result}，文件未定奖金"

    def heading(self, words: Wording) -> tuple[str, str]:
        # What documents name here is not always a title: lists, contests and alliances stand beside them.
        return "认定或支持", self.result

    def bounds(self, words: Wording) -> Iterator[str]:
        yield f"认定或支持 {self.result}"
