"""`since_effect`: only rows paid on or after the day the policy took effect count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policies.engine.money import money_text
from policies.engine.operations.base import Label, RowFilter

if TYPE_CHECKING:
    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step


@dataclass(frozen=True, kw_only=True)
class SinceEffect(RowFilter):
    """Leaves out rows paid before the policy took effect; rows without a date count."""

    verb = "since_effect"
    label = "只计施行后发生的"
    help = "逐笔费用只计政策施行之后支付的"
    order = 100
    readings = frozenset({"event_date"})

    def compile(self, context: Context) -> Step:
        name, start = self.rows, context.effective_from
        note = context.note(
            "EVENT_DATE",
            lambda figures: (
                f"政策施行（{start}）前支付的 {figures[0]} 笔{context.label(name)} {money_text(figures[1])}不计"
            ),
        )

        def run(line: Line) -> bool:
            if line.facts.get(name) is None or start is None:
                return False
            gone, fen = line.filter_rows(name, lambda row: row.get("paid_on") is None or row["paid_on"] >= start)
            if gone:
                line.note(note, (gone, fen))
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        name = self.rows
        context.need(name, "rows")
        start = context.since.toordinal() if context.since is not None else None

        def run(lines: Lines) -> None:
            rows = lines.table.rows.get(name)
            if rows is not None and start is not None:
                lines.filter_rows(name, (rows.paid_on == 0) | (rows.paid_on >= start))

        return run

    def sentence(self, label: Label) -> str:
        return ""

    def form_sentence(self, label: Label) -> str:
        return f"{label(self.rows)}只计政策施行后支付的"
