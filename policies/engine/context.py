"""What compiling a rule may look at: words, types of facts, the chosen readings, and the first day of effect."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from policies.engine.conditions.base import Predicate
from policies.engine.conditions.registry import compile_predicate
from policies.engine.model import Content
from policies.engine.money import rounding
from policies.engine.trace import Note, Wording


@dataclass(frozen=True)
class Context:
    """What compiling a step may look at: words, types of facts, the chosen settings, and the first day of effect."""

    citation: str
    labels: dict[str, str]
    types: dict[str, str]
    settings: dict[str, Any]
    effective_from: date | None
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def note(self, code: str, wording: Wording | str, *, cite: str | None = None) -> Note:
        """A note that cites `cite`, or else the item's own article."""
        return Note(code, cite or self.citation, wording)

    def label(self, name: str, value: str = "") -> str:
        """The label of a fact, or with a value that of one of its choices."""
        return self.choices.get(name, {}).get(value, value) if value else self.labels.get(name, name)

    def part(self) -> Callable[[int, Fraction], int]:
        """The chosen rounding: down to the fen unless `fen_floor` is switched off."""
        return rounding(self.settings)

    def predicate(self, field: str, test: dict[str, Any]) -> Predicate:
        return compile_predicate(field, test, self.types, self.settings)

    def only(self, spec: Content | None) -> Predicate | None:
        """The predicate of `{field, test}`, None where there is none."""
        return None if spec is None else self.predicate_of(spec)

    def predicate_of(self, spec: Content) -> Predicate:
        """The predicate of `{field, test}`."""
        return self.predicate(spec["field"], {name: bound for name, bound in spec.items() if name != "field"})
