"""The state of one line while its steps run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from policies.engine.program import Program
    from policies.engine.trace import Entry, Note

# Rows of a fact after filtering: each row holds fen and dates.
Rows = tuple[dict[str, Any], ...]


def as_number(value: Any) -> Any:
    """A fact as an exact number, fen for a sum; of a list how many it has, None where it is a word or not stated."""
    return len(value) if isinstance(value, tuple) else None if isinstance(value, str) else value


class Line:
    """One right, loan, project or person: its facts, and what the steps of its program have made of it so far."""

    __slots__ = (
        "amount",
        "assumed",
        "count",
        "facts",
        "measured",
        "missing",
        "needs_decision",
        "number",
        "paid",
        "program",
        "reasons",
        "rows",
        "title",
        "trace",
    )

    def __init__(self, program: Program, number: int, facts: dict[str, Any], count: int, paid: dict[str, Any]) -> None:
        self.program = program
        self.number = number
        self.facts = facts
        self.count = count
        self.paid = paid
        self.amount: int | None = None
        self.title: str | None = None
        self.measured: bool | None = None
        self.needs_decision = False
        self.rows: dict[str, Rows] | None = None
        self.missing: list[str] = []
        self.assumed: list[str] = []
        self.reasons: list[tuple[Note, tuple[Any, ...]]] = []
        self.trace: list[Entry] = []

    def note(self, note: Note, figures: tuple[Any, ...] = (), *, applied: bool = True) -> None:
        """Write down a step with the amount as it stands."""
        self.trace.append((note, figures, self.amount, applied, self.number))

    def value(self, name: str) -> int | Fraction | None:
        """A fact as a sum: rows are added up, after what earlier steps left of them."""
        value = self.facts.get(name)
        if not isinstance(value, tuple):
            return value
        return sum(row["amount"] for row in self.rows_left(name))

    def rows_left(self, name: str) -> Rows:
        """The rows of a fact that no filter has left out so far; the fact must be stated."""
        rows: Rows = self.facts[name]
        return rows if self.rows is None else self.rows.get(name, rows)

    def filter_rows(self, name: str, keep: Callable[[dict[str, Any]], bool]) -> tuple[int, int]:
        """Leave out the remaining rows that fail `keep`; returns how many went and their fen."""
        before = self.rows_left(name)
        kept = tuple(row for row in before if keep(row))
        if len(kept) == len(before):
            return 0, 0
        self.rows = {**(self.rows or {}), name: kept}
        return len(before) - len(kept), sum(row["amount"] for row in before) - sum(row["amount"] for row in kept)
