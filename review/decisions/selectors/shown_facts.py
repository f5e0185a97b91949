"""The facts of a claim in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from policies.engine.model import Fact
from policies.facts.values import show_fact


@dataclass(frozen=True, slots=True)
class ShownFact:
    """A fact in words; `table` holds heading and rows where the fact is a list (interest payments …)."""

    label: str
    value: str
    warning: str = ""
    table: tuple[tuple[str, ...], ...] = ()


def is_filled(value: Any) -> bool:
    """Whether the applicant gave the fact at all: a plain no is an answer."""
    return value not in ("", None, [])


def shown_facts(
    facts: Iterable[Fact], values: Mapping[str, Any], warnings: Mapping[str, tuple[str, ...]]
) -> Iterable[ShownFact]:
    """The facts that were given, each with what was found odd about it."""
    for fact in facts:
        value = values.get(fact.name)
        if not is_filled(value):
            continue
        table: tuple[tuple[str, ...], ...] = ()
        if fact.type == "rows" and value:
            heading = tuple(column.label for column in fact.columns)
            rows = [tuple(show_fact(column, row.get(column.name)) for column in fact.columns) for row in value]
            table = (heading, *rows)
        yield ShownFact(fact.label, show_fact(fact, value), "；".join(warnings.get(fact.name, ())), table)
