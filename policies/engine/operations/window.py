"""`window`: only rows paid within so many months of a date count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from policies.engine.columns.arithmetic import add_months as column_add_months
from policies.engine.columns.arithmetic import any_between, either
from policies.engine.dates import add_months
from policies.engine.money import money_text
from policies.engine.operations.base import Label, RowFilter, Wording
from policies.engine.spec import COUNT, FACT, key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.columns.population import BoolArray, IntArray, Rows
    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step


@dataclass(frozen=True, kw_only=True)
class Window(RowFilter):
    """Leaves out rows paid before `start` or after its term; the corresponding day still belongs to the term."""

    verb = "window"
    label = "只计若干个月内的"
    help = "逐笔费用只计自某一天起若干个月内支付的"
    order = 90

    rows: str = key(FACT, "哪一张明细表", types=("rows",), asks=True)
    start: str = key(FACT, "从哪一天算起", name="from", types=("date",), asks=True)
    months: int = key(COUNT, "几个月")

    def compile(self, context: Context) -> Step:
        name, start, months = self.rows, self.start, self.months

        def words(figures: tuple[Any, ...]) -> str:
            first, last, rows, fen = figures
            outside = f"，期外 {rows} 笔 {money_text(fen)}不计" if rows else ""
            return f"{context.label(name)}只计 {first.isoformat()} 至 {last.isoformat()}（{months} 个月）{outside}"

        note = context.note("WINDOW", words)

        def run(line: Line) -> bool:
            rows = line.facts.get(name)
            if rows is None:
                return False
            first = line.facts.get(start)
            if first is None:
                line.missing.append(start)
                return True
            for number, row in enumerate(rows):
                if row.get("paid_on") is None:
                    line.missing.append(f"{name}[{number}].paid_on")
                    return True
            last = add_months(first, months)
            gone, fen = line.filter_rows(name, lambda row: first <= row["paid_on"] <= last)
            line.note(note, (first, last, gone, fen), applied=bool(gone))
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        name, start, months = self.rows, self.start, self.months
        context.need(name, "rows")
        if start != "on":
            context.need(start, "date")

        def run(lines: Lines) -> None:
            rows = lines.table.rows.get(name)
            if rows is None:
                return
            acts = lines.running & lines.present(name)
            undated = not rows.paid_on.min(initial=1) and any_between(rows.paid_on == 0, rows.starts)
            lines.stop_missing(acts & (~lines.present(start) | undated))
            acts = acts & lines.running
            if not acts.any():
                return
            days = lines.days(start)
            # Lines that are stopped leave out what they like: nothing counts them any more.
            first = either(acts, days, days[acts.argmax()])
            lines.filter_rows(name, _within(rows, first, column_add_months(first, months)))

        return run

    def sentence(self, label: Label) -> str:
        return f"{label(self.rows)}只计自{label(self.start)}起 {self.months} 个月内的"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield f"只计{words.label(self.start)}起 {self.months} 个月内的{words.label(self.rows)}"

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"months": "计入多少个月"}


def _within(rows: Rows, first: IntArray, last: IntArray) -> BoolArray:
    """Which rows are dated from the first to the last day of their line."""
    since = rows.paid_on.astype(np.int32, copy=False) - np.repeat(first.astype(np.int32), np.diff(rows.starts))
    longest = last - first
    least, most = int(longest.min()), int(longest.max())
    # Seen without a sign, what is dated before is later than any term ends.
    after = since.view(np.uint32)
    inside: BoolArray = after <= least
    # Terms differ by a few days (leap years): only rows between need a look at their own.
    near = np.flatnonzero(after - np.uint32(least + 1) < most - least) if most > least else np.zeros(0, dtype=np.int64)
    if len(near):
        line = np.searchsorted(rows.starts, near, side="right") - 1
        inside[near] = since[near] <= longest[line]
    return inside
