"""Two versions of a draft side by side: what a stale page holds, and what was saved meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from applications.claims.selectors.scope import editable_scope, item_of
from policies.facts.values import facts_of, read_facts, show_fact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from applications.claims.models import Claim
    from policies.engine.model import Fact


_NOTHING = ["—"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that differs. `line_id` is None for the claim's own facts."""

    line_id: int | None
    name: str
    place: str
    mine: list[str]
    theirs: list[str]

    @property
    def keeps_mine(self) -> bool:
        """What is offered first: what this page says, unless it says nothing where the other has something."""
        return self.mine != _NOTHING

    @property
    def control(self) -> str:
        """The name of the choice's controls."""
        return f"use-{self.line_id or 'claim'}-{self.name}"


@dataclass(frozen=True, slots=True)
class Conflict:
    """All differences, and the ids of lines that are gone meanwhile though the page still shows them."""

    differences: list[Difference]
    gone: list[int]


def find_conflict(claim: Claim, *, facts: Mapping[str, Any], lines: Mapping[int, Mapping[str, Any]]) -> Conflict:
    """Compare what a page sends with what is stored, where it may be changed."""
    item, scope = item_of(claim), editable_scope(claim)
    own = facts_of(item, "claim")
    found = list(_differences(own, claim.facts, facts, place="总体情况", allowed=scope.facts_at(None)))
    stored = {line.pk: line for line in claim.lines.order_by("position")}
    for number, line in enumerate(stored.values(), start=1):
        typed = lines.get(line.pk)
        if typed is None:
            continue
        allowed = scope.facts_at(line.position)
        place = f"第 {number} 项"
        found += _differences(facts_of(item), line.facts, typed, line_id=line.pk, place=place, allowed=allowed)
    return Conflict(found, [pk for pk in lines if pk not in stored])


def _differences(
    facts: Collection[Fact],
    stored: Mapping[str, Any],
    typed: Mapping[str, Any],
    *,
    place: str,
    allowed: Collection[str] | None,
    line_id: int | None = None,
) -> Iterator[Difference]:
    mine, theirs = read_facts(facts, typed).values, read_facts(facts, stored).values
    for fact in facts:
        if fact.name not in typed or (allowed is not None and fact.name not in allowed):
            continue
        if mine[fact.name] != theirs[fact.name]:
            yield Difference(
                line_id,
                fact.name,
                f"{place} {fact.label}",
                _shown(fact, mine[fact.name]),
                _shown(fact, theirs[fact.name]),
            )


def _shown(fact: Fact, value: Any) -> list[str]:
    if fact.type != "rows":
        return [show_fact(fact, value)]
    rows = ["，".join(show_fact(column, row.get(column.name)) for column in fact.columns) for row in value]
    return rows or list(_NOTHING)
