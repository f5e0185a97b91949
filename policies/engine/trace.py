"""The trace: what was done, in figures first and in words only when somebody reads them."""

from collections.abc import Callable
from typing import Any, NamedTuple

from policies.engine.money import yuan_plain

Wording = Callable[[tuple[Any, ...]], str]


class Note(NamedTuple):
    """Where a step gets its words: a code, the citation, and a function from figures to Chinese."""

    code: str
    citation: str
    wording: Wording


class Entry(NamedTuple):
    """One step as it happened. `amount` is the amount in fen after it, None where there is none yet."""

    note: Note
    figures: tuple[Any, ...]
    amount: int | None
    applied: bool
    line: int


def render_entry(entry: Entry, *, many_lines: bool) -> dict[str, Any]:
    """An entry as the JSON contract shows it; lines are counted from one and named only where there are several."""
    note, figures, amount, applied, line = entry
    words = note.wording(figures)
    step: dict[str, Any] = {
        "code": note.code,
        "text": f"第{line}项：{words}" if many_lines and line else words,
        "citation": note.citation,
        "amount_after": None if amount is None else yuan_plain(amount),
        "applied": applied,
    }
    if line:
        step["line"] = line
    return step
