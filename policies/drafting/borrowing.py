"""Items that a draft begins from: of the library, or of another document, each with its worked cases. Pure.

What is borrowed cites nothing: its author says where the new document has it. Days of cases move by whole years, so
that they fall into the time in which the new document holds.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from policies.drafting import yaml_codec
from policies.drafting.library import Entry, SampleCase

_DAY = re.compile(r"(\d{4})(-\d\d-\d\d)")
# What says where a rule stands, or for which days: the borrowing document has its own.
_NOT_BORROWED = ("cite", "effect")
_LONGEST_SENTENCE = 200


@dataclass(frozen=True)
class Borrowed:
    """An item under its new id, its cases, and the readings of the lending document's own that it goes by."""

    section: dict[str, Any]
    cases: Sequence[SampleCase]
    readings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return str(self.section[yaml_codec.ITEM])


def from_library(entry: Entry, *, code: str, first_day: date | None) -> Borrowed:
    """An entry, its sample days moved into the time from `first_day` on, in its rules as in its cases."""
    cases = entry.cases_of(code)
    years = years_to_move([case.question for case in cases], first_day)
    moved = [case.asking(in_later_years(case.question, years)) for case in cases]
    return Borrowed(in_later_years(entry.item(code), years), moved)


def from_document(
    sections: Sequence[Mapping[str, Any]], lent: str, *, code: str, cases: Iterable[SampleCase], first_day: date | None
) -> Borrowed | None:
    """The newest version of the item `lent` of another document; None where the document has none."""
    found = next((one for one in reversed(sections) if one.get(yaml_codec.ITEM) == lent), None)
    if found is None:
        return None
    section = _without(found, _NOT_BORROWED) | {yaml_codec.ITEM: code, "article": ""}
    settings = (one[yaml_codec.SETTINGS] for one in sections if yaml_codec.kind_of(one) == yaml_codec.SETTINGS)
    own: Mapping[str, Any] = next(settings, {})
    used = set(_words(section))
    asked = [case.asking(_asked_of(case.question, lent, code)) for case in cases]
    years = years_to_move([case.question for case in asked], first_day)
    return Borrowed(
        section,
        [case.asking(in_later_years(case.question, years)) for case in asked],
        {name: reading for name, reading in own.items() if name in used},
    )


def apart_from(borrowed: Borrowed, taken: Iterable[str]) -> Borrowed:
    """The same with sentences that no other case of the document has."""
    known = set(taken)
    cases = []
    for case in borrowed.cases:
        sentence = case.sentence
        if sentence in known:
            mark = f"（{borrowed.code}）"
            sentence = f"{sentence[: _LONGEST_SENTENCE - len(mark)]}{mark}"
        known.add(sentence)
        cases.append(replace(case, sentence=sentence))
    return replace(borrowed, cases=cases)


def first_day_of(sections: Sequence[Mapping[str, Any]], code: str = "") -> date | None:
    """The first day on which a draft's item (or any that has no time of its own) holds; None where none is written."""
    head = sections[0].get(yaml_codec.DOCUMENT) if sections else None
    document = head.get("effect") if isinstance(head, Mapping) else None
    own = [section.get("effect") for section in sections if code and section.get(yaml_codec.ITEM) == code]
    days = [day for effect in (own if any(own) else [document]) for day in _first_days(effect)]
    return min(days, default=None)


def years_to_move(questions: Iterable[Mapping[str, Any]], first_day: date | None) -> int:
    """By how many years these questions have to move, so that the earliest is asked on or after a day."""
    asked = [day for question in questions if (day := _as_day(question.get("on"))) is not None]
    if first_day is None or not asked:
        return 0
    earliest = min(asked)
    years = max(first_day.year - earliest.year, 0)
    return years if _later(earliest, years) >= first_day else years + 1


def in_later_years(value: Any, years: int) -> Any:
    """A copy with every day that stands in it, and the question's `year`, so many years later."""
    if isinstance(value, Mapping):
        moved = {in_later_years(key, years): in_later_years(part, years) for key, part in value.items()}
        if isinstance(moved.get("year"), int):
            moved["year"] += years
        return moved
    if isinstance(value, list):
        return [in_later_years(part, years) for part in value]
    if isinstance(value, str) and years:
        return "/".join(_later_text(part, years) for part in value.split("/"))
    return value


def _later_text(text: str, years: int) -> str:
    day = _as_day(text) if _DAY.fullmatch(text) else None
    return _later(day, years).isoformat() if day else text


def _later(day: date, years: int) -> date:
    """The day so many years later; the last of February where that year has no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)


def _as_day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _first_days(effect: Any) -> Iterable[date]:
    for period in effect if isinstance(effect, list) else ():
        day = _as_day(period.get("from")) if isinstance(period, Mapping) else None
        if day is not None:
            yield day


def _without(value: Any, keys: Sequence[str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _without(part, keys) for key, part in value.items() if key not in keys}
    return [_without(part, keys) for part in value] if isinstance(value, list) else value


def _words(value: Any) -> Iterable[str]:
    """Every key and every text of a section, wherever it stands."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield str(key)
            yield from _words(part)
    elif isinstance(value, list):
        for part in value:
            yield from _words(part)
    elif isinstance(value, str):
        yield value


def _asked_of(question: Mapping[str, Any], lent: str, code: str) -> dict[str, Any]:
    """The question, asked of the item under its new id."""
    parts = {"parts": [_asked_of(part, lent, code) for part in question["parts"]]} if "parts" in question else {}
    return {**question, **parts, **({"item": code} if question.get("item") == lent else {})}
