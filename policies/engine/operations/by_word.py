"""What operations share that look up a value by a word: a choice, a text, a yes or no, a whole number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from policies.engine.checks import NO_CHOICE
from policies.engine.terms import SPECIAL_CHOICES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from policies.engine.columns.context import ColumnContext
    from policies.engine.columns.lines import Lines
    from policies.engine.columns.population import IntArray
    from policies.engine.operations.base import ItemSteps
    from policies.engine.problems import Fault, Place

WORDS = ("choice", "text", "boolean", "integer")
_FLAGS = {True: "是", False: "否"}


def word_of(value: Any) -> str:
    """The word of a fact's value, as tables have it."""
    return _FLAGS[value] if isinstance(value, bool) else str(value)


def rows_of_lines(context: ColumnContext, field: str, words: Sequence[str]) -> Callable[[Lines], IntArray]:
    """For each line the number of its row among `words`, their count where it has none. UnsupportedRuleError."""
    kind, none = context.need(field, *WORDS), len(words)

    def rows(lines: Lines) -> IntArray:
        column = lines.column(field)
        if kind in ("choice", "text"):
            known = [words.index(word) if word in words else none for word in column.words] or [none]
            return np.array(known, dtype=np.int64)[column.values * lines.present(field)]
        found = np.full(len(lines), none, dtype=np.int64)
        for row, word in enumerate(words):
            wanted = {"是": 1, "否": 0}.get(word) if kind == "boolean" else int(word) if word.isdigit() else None
            if wanted is not None:
                found[column.values == wanted] = row
        return found

    return rows


def unknown_words(item: ItemSteps, field: str, table: Mapping[str, Any]) -> Iterator[tuple[Place, Fault]]:
    """The faults of words that the fact does not offer."""
    offered = [*item.choices.get(field, SPECIAL_CHOICES.get(field, {}))]
    if item.types.get(field) == "boolean":
        offered = list(_FLAGS.values())
    for word in table if offered else ():
        if word not in offered:
            yield ("table",), NO_CHOICE.fault(value=word, fact=field, known=offered)
