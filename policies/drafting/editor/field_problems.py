"""Problems of a section in the words of a form, each at the control that it is about. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from policies.drafting.editor import labels
from policies.drafting.editor.group_codecs import GROUPS
from policies.drafting.editor.layout import INNER_WORDS, SECTION_WORDS, KeyWords, rule_of, spec_words
from policies.drafting.editor.names import SectionNames
from policies.drafting.editor.sections import ROOT, kind_of
from policies.engine import Problem
from policies.engine.conditions.registry import known_tests, labels_of_tests
from policies.engine.limits.registry import limit_labels
from policies.engine.operations.registry import operation_labels
from policies.engine.problems import Place, Speak


@dataclass(frozen=True)
class FieldProblem:
    """One problem in words, with the name and label of the control (or row, or part) that it is about."""

    control: str
    label: str
    text: str


@dataclass
class FieldProblems:
    """All problems of a section. Those that no control shows are shown by their row or part."""

    found: list[FieldProblem] = field(default_factory=list)

    def at(self, control: str) -> list[str]:
        """What is wrong at exactly this control."""
        return _texts(problem for problem in self.found if problem.control == control)

    def within(self, name: str) -> bool:
        """Whether anything is wrong at this name or below it."""
        return any(_is_within(problem.control, name) for problem in self.found)

    def not_shown(self, name: str, drawn: Iterable[str]) -> list[str]:
        """What is wrong at this name or below it, apart from what one of the drawn controls shows."""
        shown = set(drawn)
        return _texts(one for one in self.found if _is_within(one.control, name) and one.control not in shown)

    def outside(self, names: Sequence[str]) -> list[str]:
        """What is wrong at none of these names nor below them."""
        return _texts(one for one in self.found if not any(_is_within(one.control, name) for name in names))


def _texts(problems: Iterable[FieldProblem]) -> list[str]:
    return list(dict.fromkeys(problem.text for problem in problems))


def _is_within(control: str, name: str) -> bool:
    return control == name or control.startswith(f"{name}-")


def field_problems(section: Mapping[str, Any], problems: Iterable[Problem], *, words: SectionNames) -> FieldProblems:
    """The problems of a section at its controls."""
    found = []
    for problem in problems:
        at = control_at(section, problem.path)
        speak = speaker(key=at.keys, choice=at.choices, fact=words.labels, setting=words.settings, item=words.items)
        found.append(FieldProblem(at.name, at.label, problem.fault.in_form(at.label, speak)))
    return FieldProblems(found)


def speaker(**labels_by_kind: Mapping[str, str]) -> Speak:
    """Shows a name by its label among those of its kind; a name without one, and what is no name, as it is."""
    kinds = {"operation": operation_labels(), "limit": limit_labels(), "test": labels_of_tests(), **labels_by_kind}
    return lambda text, kind: kinds.get(kind, {}).get(text, text)


@dataclass(frozen=True)
class Control:
    """The control at a path: its name and label, the labels of the keys beside it, and those of its choices."""

    name: str
    label: str
    keys: Mapping[str, str]
    choices: Mapping[str, str]


def control_at(section: Mapping[str, Any], path: Place) -> Control:
    """The control at a path inside a section. Where none is drawn, its name lies below that of its row or part."""
    words: KeyWords = SECTION_WORDS[kind_of(section)]
    name, label, earlier = ROOT, "这一段", 0
    choices: Mapping[str, str] = {}
    value: Any = section
    for before, part in zip((None, *path), path, strict=False):
        holder, value = value, _inner(value, part)
        known = holder if isinstance(holder, Mapping) else {}
        if part in GROUPS and before in ("facts", "evidence"):
            # Two lists, drawn as the rows of one: those of the second follow those of the first.
            earlier = len(known.get(GROUPS[0]) or ()) if part == GROUPS[1] else 0
        elif isinstance(part, int):
            name, earlier = f"{name}-{earlier + part}", 0
            rule = rule_of(value) if isinstance(value, Mapping) else None
            words = spec_words(rule) if rule is not None else words
        elif name == f"{ROOT}-settings" and part in known:
            name = f"{name}-{list(known).index(part)}"
        elif part in known_tests() and "field" in known:
            return Control(f"{name}-value", labels.CONDITION_KEYS["value"], words.labels, {})
        else:
            name = f"{name}-kind" if part == "do" else f"{name}-{part}"
            label = words.labels.get(part, label)
            choices = words.choices.get(part) or labels.WORDS.get(part, {})
            words = INNER_WORDS.get(part, words)
    return Control(name, label, words.labels, choices)


def _inner(value: Any, part: str | int) -> Any:
    if isinstance(part, int):
        return value[part] if isinstance(value, list) and part < len(value) else None
    return value.get(part) if isinstance(value, Mapping) else None
