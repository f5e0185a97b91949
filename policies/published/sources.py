"""A document's own text and its marks: which item rests on which sentence, and which concern no support, and why.

Marks are kept by the words of the sentence (`Passage.key`): `{key: {"by": [section ids]}}`, or `{key: {"reason": …}}`.
Pure: every function that changes marks returns new ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from policies.published.provisions import Passage, Unit, passages_of, places_of, read_units

Marks = Mapping[str, Mapping[str, Any]]
BY, REASON = "by", "reason"
# How many units a page shows.
UNITS_SHOWN = 40


@dataclass(frozen=True)
class Cited:
    """A sentence with what rests on it (titles by id), or the reason why nothing does."""

    passage: Passage
    by: Mapping[str, str]
    reason: str

    @property
    def is_open(self) -> bool:
        """Whether nobody has said yet what becomes of it."""
        return not self.by and not self.reason


@dataclass(frozen=True)
class CitedUnit:
    """A unit of the text with its sentences as they are marked."""

    unit: Unit
    passages: tuple[Cited, ...]

    @property
    def is_open(self) -> bool:
        return any(cited.is_open for cited in self.passages)

    @property
    def by(self) -> list[str]:
        """What rests on its sentences, each once, in their order."""
        return list(dict.fromkeys(name for cited in self.passages for name in cited.by))

    @property
    def reasons(self) -> list[str]:
        """Why some of its sentences concern no support, each reason once."""
        return list(dict.fromkeys(cited.reason for cited in self.passages if cited.reason))


def cited_units(text: str, marks: Marks, names: Mapping[str, str]) -> list[CitedUnit]:
    """The units of a text; `names` are titles by id: a mark of something that has none (any more) counts as none."""
    return [CitedUnit(unit, tuple(_cited(one, marks, names) for one in unit.passages)) for unit in read_units(text)]


def open_passages(text: str, marks: Marks, names: Mapping[str, str]) -> list[Passage]:
    """The sentences of which nobody has said yet what becomes of them."""
    return [one for one in passages_of(text) if _cited(one, marks, names).is_open]


def passages_for(text: str, marks: Marks, name: str) -> list[Passage]:
    """The sentences that an item rests on."""
    return [one for one in passages_of(text) if name in marks.get(one.key, {}).get(BY, ())]


def article_of(text: str, marks: Marks, name: str) -> str:
    """Where the sentences stand that an item rests on, as it cites them; "" where none is marked."""
    return places_of(passages_for(text, marks, name))


def with_citations(marks: Marks, name: str, *, shown: Iterable[str], chosen: Collection[str]) -> dict[str, Any]:
    """Of the sentences that were shown, the chosen ones are what `name` rests on, and the others are not."""
    changed = {key: dict(mark) for key, mark in marks.items()}
    for key in shown:
        by = [one for one in changed.get(key, {}).get(BY, ()) if one != name]
        if key in chosen:
            changed[key] = {BY: [*by, name]}
        elif by:
            changed[key] = {BY: by}
        elif BY in changed.get(key, {}):
            del changed[key]
    return changed


def with_reason(marks: Marks, keys: Iterable[str], reason: str) -> dict[str, Any]:
    """These sentences concern no support, for a reason; "" takes back whatever was said of them."""
    said: dict[str, Any] = {key: {REASON: reason} for key in keys}
    kept = {key: dict(mark) for key, mark in marks.items() if key not in said}
    return {**kept, **said} if reason else kept


def with_name(marks: Marks, old: str, new: str) -> dict[str, Any]:
    """The same where what was called `old` is called `new`."""
    return {
        key: {**mark, BY: [new if one == old else one for one in mark[BY]]} if BY in mark else dict(mark)
        for key, mark in marks.items()
    }


def in_text(marks: Marks, text: str) -> dict[str, Any]:
    """Those marks whose sentences a text has."""
    keys = {passage.key for passage in passages_of(text)}
    return {key: dict(mark) for key, mark in marks.items() if key in keys}


def _cited(passage: Passage, marks: Marks, names: Mapping[str, str]) -> Cited:
    mark = marks.get(passage.key, {})
    by = {name: names[name] for name in mark.get(BY, ()) if name in names}
    return Cited(passage, by, str(mark.get(REASON, "")))
