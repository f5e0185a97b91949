"""What the buttons of a section's page do to the section: add, take off, move, make one's own. Pure.

An action is a text `verb:place:rest`, as a button sends it; `act_on` returns the changed section and the place to show.
"""

import copy
import re
from collections.abc import Mapping, MutableSequence, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from policies.drafting.editor.group_codecs import GROUPS, MAX_ROWS
from policies.drafting.editor.sections import ROOT
from policies.engine.limits.registry import limit_kinds
from policies.engine.operations.registry import operation_of
from policies.engine.vocabulary import package_vocabulary
from portal.core.numbers import whole_number

# The parts to which what is chosen beside their button is added, in the order of the page.
CHOOSING = ("settings", "facts", "evidence", "steps", "limits")
# What an item may take from the profile it is like, as a whole.
INHERITED = ("facts", "evidence", "steps")
_QUESTIONS = {"facts": "name", "evidence": "code"}
_ACTION = re.compile(r"(add|drop|up|down|own|inherit):([a-z_]+(?:\.[a-z]+)?)(?::([A-Za-z0-9_.,-]{0,60}))?")


@dataclass(frozen=True)
class Change:
    """A section after an action, and the name of the row or part that the page should show open."""

    section: dict[str, Any]
    place: str


def act_on_all(
    section: Mapping[str, Any], chosen: Mapping[str, Sequence[str]], action: str
) -> tuple[Mapping[str, Any], list[str]]:
    """The section after all that was chosen to be added and after a button, and the places to show, the button's first.

    `chosen` has the words chosen for each part of `CHOOSING`. A button that adds what is chosen needs a choice.
    """
    opened: list[str] = []
    verb, _, part = action.partition(":")
    for listed, words in chosen.items():
        for word in words:
            change = act_on(section, f"add:{listed}:{word}")
            if change is not None:
                section = change.section
                opened.insert(0 if (verb, part) == ("add", listed) else len(opened), change.place)
    if verb == "save" and part:
        return section, [part, *opened]
    change = None if verb == "add" and part in CHOOSING else act_on(section, action)
    return (change.section, [change.place, *opened]) if change else (section, opened)


def act_on(section: Mapping[str, Any], action: str) -> Change | None:
    """The section after an action; None for a text that is no action of this section."""
    found = _ACTION.fullmatch(action)
    if found is None:
        return None
    verb, part, rest = found.group(1), found.group(2), found.group(3) or ""
    changed = copy.deepcopy(dict(section))
    if verb == "add":
        return _add(changed, part, rest)
    if verb in ("own", "inherit"):
        return _own(changed, part) if verb == "own" else _inherit(changed, part)
    return _rearrange(changed, part, verb, rest)


def _add(section: dict[str, Any], part: str, word: str) -> Change | None:
    if part in _QUESTIONS:
        return _add_question(section, part, word)
    if part == "settings" and isinstance(section.get("settings"), dict):
        section["settings"].setdefault(word or "new_reading", _reading(word))
        return Change(section, f"{ROOT}-settings-{len(section['settings']) - 1}")
    new = _new_row(part, word)
    holder, key = _holder(section, part)
    if new is None or not isinstance(rows := holder.setdefault(key, []), list) or len(rows) >= MAX_ROWS:
        return None
    rows.append(_with_own_code(new, rows))
    return Change(section, f"{ROOT}-{part.replace('.', '-')}-{len(rows) - 1}")


def _new_row(part: str, word: str) -> dict[str, Any] | None:
    operation = operation_of(word) if part == "steps" else None
    if operation is not None:
        return operation.authored(**copy.deepcopy(dict(operation.preset)))
    if part == "limits" and word in limit_kinds():
        return {word: "", **copy.deepcopy(dict(limit_kinds()[word].preset))}
    if part == "conditions":
        return {"code": "CONDITION"}
    return {} if part in ("effect", "stages", "document.effect", "programme.owners") else None


def _with_own_code(row: dict[str, Any], rows: list[Any]) -> dict[str, Any]:
    """The row with a code that no other row has."""
    taken = {other.get("code") for other in rows if isinstance(other, Mapping)}
    code = row.get("code")
    if code and code in taken:
        row["code"] = next(name for number in range(2, MAX_ROWS + 3) if (name := f"{code}_{number}") not in taken)
    return row


def _reading(word: str) -> dict[str, Any]:
    """The shared reading of this name to be changed, or an empty one."""
    shared = package_vocabulary().settings.get(word)
    if shared is None:
        return {"kind": "boolean", "default": True}
    other = {"alternative": shared.alternative} if shared.alternative else {}
    return {"label": shared.label, "kind": shared.kind, "default": shared.default, **other, "source": shared.source}


def _add_question(section: dict[str, Any], part: str, word: str) -> Change | None:
    groups = section.setdefault(part, {})
    if not isinstance(groups, dict) or not all(isinstance(rows, list) for rows in groups.values()):
        return None
    rows = groups.setdefault("required", [])
    described = {"type": "text"} if part == "facts" else {}
    key = _QUESTIONS[part]
    taken = {row.get(key) if isinstance(row, Mapping) else row for own in groups.values() for row in own}
    free = next(name for number in count(1) if (name := f"own_{number}") not in taken)
    rows.append(word or {key: free, **described})
    return Change(section, f"{ROOT}-{part}-{len(rows) - 1}")


def _holder(section: dict[str, Any], part: str) -> tuple[dict[str, Any], str]:
    """Where a list stands: in the section, or in the mapping before the dot."""
    outer, _, key = part.rpartition(".")
    if not outer:
        return section, key
    inner = section.setdefault(outer, {})
    return (inner, key) if isinstance(inner, dict) else ({}, key)


def _own(section: dict[str, Any], part: str) -> Change | None:
    profile = package_vocabulary().profiles.get(str(section.get("like")), {})
    if part not in (*INHERITED, "effect"):
        return None
    empty: Any = {} if part in _QUESTIONS else []
    section.setdefault(part, _plain(profile.get(part, empty)))
    return Change(section, f"{ROOT}-{part}")


def _inherit(section: dict[str, Any], part: str) -> Change | None:
    if part not in (*INHERITED, "effect"):
        return None
    section.pop(part, None)
    return Change(section, f"{ROOT}-{part}")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list) else value


def _rearrange(section: dict[str, Any], part: str, verb: str, rest: str) -> Change | None:
    index = whole_number(rest)
    if index is None:
        return None
    name = f"{ROOT}-{part.replace('.', '-')}"
    holder, key = _holder(section, part)
    rows = holder.get(key)
    if part in _QUESTIONS and isinstance(rows, dict):
        return _rearrange_questions(section, rows, index, verb, name)
    if part == "settings" and isinstance(rows, dict) and verb == "drop":
        holder[key] = {word: row for at, (word, row) in enumerate(rows.items()) if at != index}
        return Change(section, name)
    if not isinstance(rows, list) or index >= len(rows):
        return None
    at = _move(rows, index, verb)
    return Change(section, name if at is None else f"{name}-{at}")


def _rearrange_questions(
    section: dict[str, Any], groups: dict[str, Any], index: int, verb: str, name: str
) -> Change | None:
    start = 0
    for group in GROUPS:
        rows = groups.get(group) or []
        if index - start < len(rows):
            at = _move(rows, index - start, verb)
            return Change(section, name if at is None else f"{name}-{start + at}")
        start += len(rows)
    return None


def _move(rows: MutableSequence[Any], index: int, verb: str) -> int | None:
    """Take the row off, or put it one place up or down; its new place, None where it is gone."""
    row = rows.pop(index)
    if verb == "drop":
        return None
    place = max(index - 1, 0) if verb == "up" else index + 1
    rows.insert(place, row)
    return min(place, len(rows) - 1)
