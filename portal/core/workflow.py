"""Tables of transitions: which action leads a row from which states to which. One mechanism for every kind of row.

A table is the only place that says so, and its `move` and `move_all` are the only functions that write a state. Tables
know no people: who may do an action is asked by the service, which also logs what was done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet, TextChoices

from portal.core.bulk import own_values
from portal.core.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of a table: `target=None` leaves it to `by_source`, or to the mover, to name the next state."""

    action: TextChoices
    sources: frozenset[TextChoices]
    target: TextChoices | None
    parties: frozenset[str] = frozenset()
    needs_reason: bool = False
    by_source: Mapping[Any, TextChoices] = field(default_factory=dict)

    def target_from(self, state: str) -> TextChoices | None:
        """The next state of a row in this state; None where the mover names it."""
        return self.target or next((target for source, target in self.by_source.items() if source == state), None)


def transition(
    action: TextChoices,
    sources: TextChoices | Collection[TextChoices],
    target: TextChoices | None,
    *parties: str,
    needs_reason: bool = False,
) -> Transition:
    """A line of a table, from one state or several."""
    several = frozenset({sources} if isinstance(sources, str) else sources)
    return Transition(action, several, target, frozenset(parties), needs_reason)


def back(
    action: TextChoices, by_source: Mapping[Any, TextChoices], *parties: str, needs_reason: bool = False
) -> Transition:
    """A line of a table whose target depends on the state that a row comes from."""
    return Transition(action, frozenset(by_source), None, frozenset(parties), needs_reason, by_source)


def into(target: TextChoices, *sources: TextChoices) -> Transition:
    """A line whose action has no name but its result."""
    return transition(target, sources, target)


class Workflow:
    """The table of one kind of row: `noun` is what messages call it, `field` the column of its state."""

    def __init__(self, *rows: Transition, noun: str, field: str = "state") -> None:
        self.noun, self.field = noun, field
        self._rows: dict[str, Transition] = {row.action: row for row in rows}
        if len(self._rows) != len(rows):
            raise ValueError("An action stands twice in the table.")

    def __iter__(self) -> Iterator[Transition]:
        return iter(self._rows.values())

    def replaced(self, *rows: Transition) -> Workflow:
        """The same table with other lines in place of those for the same actions."""
        return Workflow(*(self._rows | {row.action: row for row in rows}).values(), noun=self.noun, field=self.field)

    def get(self, action: str) -> Transition | None:
        """The line of an action; None for an action that is no transition."""
        return self._rows.get(action)

    def check(self, row: Model, action: TextChoices, *, reason: str | None = None) -> Transition:
        """The line by which a row may be moved. Raises RefusedError where its state is no source of the action.

        And, where `reason` is given, for an empty one that the table asks for.
        """
        found = self._rows.get(action)
        state = getattr(row, self.field)
        if found is None or state not in found.sources:
            label = getattr(row, f"get_{self.field}_display")()
            # A line without a name of its own is called by the state that it leads to.
            is_named = found is None or found.target != action
            if not is_named and state == action:
                raise RefusedError(f"该{self.noun}已是“{label}”，没有重复办理。请刷新页面查看最新进展。")
            verb = "不能再" if is_named else "不能改为"
            raise RefusedError(f"该{self.noun}现为“{label}”，{verb}“{action.label}”。请刷新页面查看最新进展。")
        if found.needs_reason and reason is not None and not reason.strip():
            raise RefusedError(f"“{action.label}”必须说明理由。")
        return found

    def move(
        self, row: Model, action: TextChoices, *, target: str | None = None, changes: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Write the next state of a row that the caller has locked, with further fields.

        `target` is for lines that name none. Returns the written fields before and after. Raises RefusedError as
        `check` does, RuntimeError outside a transaction.
        """
        if not connection.in_atomic_block:
            raise RuntimeError("A state is written inside a transaction only.")
        line = self.check(row, action)
        after = {**(changes or {}), self.field: line.target_from(getattr(row, self.field)) or target}
        before = {name: getattr(row, name) for name in after}
        for name, value in after.items():
            setattr(row, name, value)
        row.save(update_fields=list(after))
        return before, after

    def move_all(self, rows: QuerySet[Any], action: TextChoices, **fields: Any) -> int:
        """Move those of the rows that stand in a source of the action, in one statement; returns how many they were."""
        found = self._rows[action]
        sources = {f"{self.field}__in": sorted(found.sources)}
        return int(rows.filter(**sources).update(**{self.field: found.target}, **fields))

    def move_locked(self, rows: Sequence[Model], action: TextChoices, *own: str, **fields: Any) -> None:
        """Move rows that the caller has locked, in one statement, and give them their new fields.

        Of the fields named by `own` each row's own value is written with them. For lines that name their target.
        Raises RefusedError as `check` does, with nothing written.
        """
        for row in rows:
            self.check(row, action)
        if not rows:
            return
        standing = type(rows[0])._base_manager.filter(pk__in=[row.pk for row in rows])
        self.move_all(standing, action, **fields, **own_values(rows, *own))
        for row in rows:
            for name, value in {**fields, self.field: str(self._rows[action].target)}.items():
                setattr(row, name, value)
