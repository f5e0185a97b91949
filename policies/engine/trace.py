"""The trace: what was done, in figures first and in words only when somebody reads them."""

from collections.abc import Callable
from typing import Any, NamedTuple

from policies.engine.money import yuan_plain

Wording = Callable[[tuple[Any, ...]], str]


class Note(NamedTuple):
    """Where a step gets its words: a code, the citation, and fixed words or a function from figures to Chinese."""

    code: str
    citation: str
    words: str | Wording

    def say(self, figures: tuple[Any, ...]) -> str:
        """The words for these figures."""
        words = self.words
        return words if isinstance(words, str) else words(figures)


# One step as it happened: its note, the figures, the amount in fen after it (None where there is none yet), whether it
# applied, and the line (0 for the whole claim). A plain tuple, as every decision makes a handful of them.
Entry = tuple[Note, tuple[Any, ...], int | None, bool, int]


def render_entry(entry: Entry, *, many_lines: bool) -> dict[str, Any]:
    """An entry as the JSON contract shows it; lines are counted from one and named only where there are several."""
    note, figures, amount, applied, line = entry
    code, citation, words = note
    text = words if isinstance(words, str) else words(figures)
    step: dict[str, Any] = {
        "code": code,
        "text": f"第{line}项：{text}" if many_lines and line else text,
        "citation": citation,
        "amount_after": None if amount is None else yuan_plain(amount),
        "applied": applied,
    }
    if line:
        step["line"] = line
    return step
