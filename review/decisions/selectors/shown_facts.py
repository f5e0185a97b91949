"""The facts of a claim in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.engine.model import Fact
from policies.facts.values import show_fact
from review.decisions.selectors.shown_files import ShownEvidence, paper_of


@dataclass(frozen=True, slots=True)
class ShownFact:
    """A fact in words, with the file that shows it; `table` holds heading and rows where the fact is a list."""

    label: str
    value: str
    warning: str = ""
    table: tuple[tuple[str, ...], ...] = ()
    paper: ShownEvidence | None = None


def is_filled(value: Any) -> bool:
    """Whether the applicant gave the fact at all: a plain no is an answer."""
    return value not in ("", None, [])


def shown_facts(
    facts: Iterable[Fact],
    values: Mapping[str, Any],
    warnings: Mapping[str, tuple[str, ...]],
    *,
    files: Sequence[ShownEvidence] = (),
) -> Iterable[ShownFact]:
    """The facts that were given, each with what was found odd about it, and which of the files shows it."""
    for fact in facts:
        value = values.get(fact.name)
        if not is_filled(value):
            continue
        table: tuple[tuple[str, ...], ...] = ()
        if fact.type == "rows" and value:
            heading = tuple(column.label for column in fact.columns)
            rows = [tuple(show_fact(column, row.get(column.name)) for column in fact.columns) for row in value]
            table = (heading, *rows)
        odd = "；".join(warnings.get(fact.name, ()))
        yield ShownFact(fact.label, show_fact(fact, value), odd, table, paper_of(fact.name, files))
