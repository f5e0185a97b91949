"""What the operations share that set the amount to a sum which a claim states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.engine.money import money_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from policies.engine.columns.population import BoolArray
    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step


def first_stated(context: Context, facts: Sequence[str | None], without: Callable[[Line], None]) -> Step:
    """The step that sets a line's amount to the first of these facts that it states; `without` one it stops."""
    note = context.note("GIVEN", lambda figures: f"{context.label(figures[0])} {money_text(figures[1])}")
    names = [name for name in facts if name]

    def run(line: Line) -> bool:
        for name in names:
            value = line.facts.get(name)
            if value is not None:
                line.amount = value
                line.note(note, (name, value))
                return False
        without(line)
        return True

    return run


def first_stated_columns(
    context: ColumnContext, facts: Sequence[str | None], without: Callable[[Lines, BoolArray], None]
) -> ColumnStep:
    """The same for columns; `without` stops the running lines at the places where no fact is stated."""
    names = [name for name in facts if name]
    for name in names:
        context.need(name, "money")

    def run(lines: Lines) -> None:
        rest = lines.running.copy()
        for name in names:
            values, present = lines.sum(name)
            lines.set_amount(values, rest & present)
            rest &= ~present
        without(lines, rest)

    return run
