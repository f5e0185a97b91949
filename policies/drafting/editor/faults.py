"""Faults of a section by the control they are about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from policies.drafting.editor import labels
from policies.drafting.editor.parts import INNER_WORDS, SECTION_WORDS, KeyWords
from policies.drafting.editor.records import GROUPS
from policies.drafting.editor.sections import ROOT, kind_of
from policies.drafting.editor.words import in_form_words
from policies.engine.predicates import TESTS

if TYPE_CHECKING:
    from policies.drafting.editor.words import Words
    from policies.drafting.selectors.reading import SectionProblem


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


def faults_of(section: Mapping[str, Any], problems: Iterable[SectionProblem], *, words: Words) -> Faults:
    """The problems of a section as faults of its controls, in the words of a form."""
    names = _key_names(words)
    found = []
    for problem in problems:
        place, label, known = _place(section, problem.path)
        found.append(
            Fault(place, in_form_words(problem.message, problem.remedy, label=label, names={**names, **known}), label)
        )
    return Faults(found)


def _key_names(words: Words) -> dict[str, str]:
    """What may stand in a message by its authored name, with its label."""
    groups = (labels.VERBS, labels.TESTS, labels.WORDS["nature"], labels.ITEM_KEYS)
    said = {name: label.partition("（")[0] for group in groups for name, label in group.items()}
    return said | words.labels


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
    return place, label, words.labels
