"""Faults of a section by the control they are about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from policies.drafting.editor import labels
from policies.drafting.editor.parts import INNER_WORDS, SECTION_WORDS, KeyWords, step_words
from policies.drafting.editor.records import GROUPS
from policies.drafting.editor.sections import ROOT, kind_of
from policies.engine.operations.registry import operation_labels, operation_of, operations
from policies.engine.predicates import TESTS

if TYPE_CHECKING:
    from policies.drafting.editor.words import Words
    from policies.engine import Problem


@dataclass(frozen=True)
class Fault:
    """One fault in words, the name of the control (or row, or part) that it is about, and that one's label."""

    place: str
    said: str
    label: str = ""


@dataclass
class Faults:
    """All faults of a section. `at` gives those of a control; what no control took is told at its row or part."""

    found: list[Fault] = field(default_factory=list)

    def at(self, place: str) -> list[str]:
        """What is wrong at exactly this place."""
        return list(dict.fromkeys(fault.said for fault in self.found if fault.place == place))

    def within(self, place: str) -> bool:
        """Whether anything is wrong at this place or inside it."""
        return any(fault.place == place or fault.place.startswith(f"{place}-") for fault in self.found)

    def told_above(self, place: str, drawn: Iterable[str]) -> list[str]:
        """What is wrong at this place or inside it, apart from what one of the drawn controls tells."""
        taken = set(drawn)
        inside = [f for f in self.found if f.place == place or f.place.startswith(f"{place}-")]
        return list(dict.fromkeys(fault.said for fault in inside if fault.place not in taken))


def faults_of(section: Mapping[str, Any], problems: Iterable[Problem], *, words: Words) -> Faults:
    """The problems of a section as faults of its controls, in the words of a form."""
    found = []
    for problem in problems:
        place, label, keys = _place(section, problem.path)
        kinds: dict[str, Mapping[str, str]] = {
            "key": keys,
            "fact": words.labels,
            "setting": words.settings,
            "item": words.items,
            "operation": operation_labels(),
            "choice": _choices(),
        }
        speak = partial(_label, kinds)
        found.append(Fault(place, problem.fault.in_form(label, speak), label))
    return Faults(found)


def _choices() -> dict[str, str]:
    """What may be chosen from a closed list, with its label."""
    keys = [key for operation in operations().values() for key in operation.declared().values()]
    groups = (*labels.WORDS.values(), *(key.choices for key in keys))
    return {name: label for group in groups for name, label in group.items()}


def _label(kinds: Mapping[str, Mapping[str, str]], text: str, kind: str) -> str:
    """The label of a name of this kind; a name without one, and what is no name, as it is."""
    return kinds.get(kind, {}).get(text, text)


def _place(section: Mapping[str, Any], path: Sequence[str | int]) -> tuple[str, str, Mapping[str, str]]:
    """The name of the control at a path, its label, and the labels of the keys beside it."""
    words: KeyWords = SECTION_WORDS[kind_of(section)]
    place, label = ROOT, "这一段"
    at: Any = section
    parts = list(path)
    while parts:
        part = parts.pop(0)
        if part in GROUPS and parts and isinstance(at, Mapping) and isinstance(parts[0], int):
            # Facts and evidence: two lists, one row of rows.
            offset = len(at.get(GROUPS[0]) or ()) if part == GROUPS[1] else 0
            row, at = parts.pop(0), (at.get(part) or [])
            place = f"{place}-{offset + int(row)}"
            at = at[int(row)] if int(row) < len(at) else None
            continue
        if isinstance(at, Mapping) and place == f"{ROOT}-settings" and part in at:
            place, at = f"{place}-{list(at).index(part)}", at[part]
            continue
        if part in TESTS and "field" in (at if isinstance(at, Mapping) else ()):
            return f"{place}-value", labels.CONDITION_KEYS["value"], words.labels
        place = f"{place}-{part}"
        if isinstance(part, str):
            label = words.labels.get(part, label)
            words = INNER_WORDS.get(part, words)
            at = at.get(part) if isinstance(at, Mapping) else None
        else:
            at = at[part] if isinstance(at, list) and part < len(at) else None
            operation = operation_of(at.get("do")) if isinstance(at, Mapping) else None
            words = step_words(operation) if operation is not None else words
    return place, label, words.labels
