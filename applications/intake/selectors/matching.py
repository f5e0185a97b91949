"""Which place of a claim a file belongs to: by the numbers and words of its name, then of its text. Pure.

What is found is a proposal that a person confirms or changes; a file that fits nowhere stays where it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import normalize

import yaml

from applications.intake.names import parts_of_name
from policies.engine.model import Evidence as Requirement
from policies.engine.model import Fact
from policies.facts.identifiers import Format, comparison_key

_HINTS = Path(__file__).parent.parent / "hints.yaml"
# Numbers shorter than this stand everywhere.
_SHORTEST_NUMBER = 5
# What people and typesetters put between the parts of a number.
_GAP = r"[^0-9A-Z\u3400-\u9fff]{0,3}"
_ORDINAL = re.compile(r"第\s*(\d{1,3})\s*[项件]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a claim as files are matched to it: its number on the page, and what identifies it."""

    number: int
    keys: tuple["Key", ...]


@dataclass(frozen=True, slots=True)
class Key:
    """One number of a line: its characters without signs, and how it stands in a text."""

    characters: str
    pattern: re.Pattern[str]

    def is_in(self, text: "Text") -> bool:
        return self.characters in text.characters and self.pattern.search(text.normal) is not None


@dataclass(frozen=True, slots=True)
class Text:
    """A text in capitals and half width, as it is and without signs."""

    normal: str
    characters: str

    @classmethod
    def of(cls, text: str) -> "Text":
        normal = normalize("NFKC", text).upper()
        return cls(normal, comparison_key(text))


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where a file seems to belong: a requirement's code ("" unknown), line numbers, and by what it was found."""

    requirement: str
    lines: tuple[int, ...]
    by: str = ""


def line_keys(facts: Iterable[Fact], subject: str | None, values: Mapping[str, Any]) -> tuple[Key, ...]:
    """What identifies a line: its subject, and every other number that its facts state."""
    keys = []
    for fact in facts:
        value = str(values.get(fact.name) or "")
        if value and (fact.name == subject or fact.check) and (key := _key(fact.check, value)):
            keys.append(key)
    return tuple(keys)


def _key(check: str | None, value: str) -> Key | None:
    is_patent = check == Format.PATENT
    serial, _, last = value.partition(".") if is_patent else (value, "", "")
    characters = comparison_key(serial)
    if len(characters) < (_SHORTEST_NUMBER if check or characters.isascii() else 2):
        return None
    before = "(?<![0-9])" if characters[0].isdigit() else "(?<![0-9A-Z])" if characters[0].isascii() else ""
    after = "(?![0-9])" if characters[-1].isdigit() else ""
    tail = f"(?:{_GAP}{re.escape(last)}(?![0-9A-Z]))?" if last else ""
    return Key(characters, re.compile(before + _GAP.join(map(re.escape, characters)) + tail + after))


@cache
def _hints() -> dict[str, tuple[str, ...]]:
    """The words of each material, in capitals and without signs."""
    content = yaml.safe_load(_HINTS.read_text(encoding="utf-8"))
    return {code: tuple(comparison_key(word) for word in words) for code, words in content.items()}


def propose(filename: str, text: str, *, lines: Sequence[Line], requirements: Sequence[Requirement]) -> Proposal:
    """Where a file seems to belong, by its name and the text of its pages ("" where it has none)."""
    (name, *folders), content = map(Text.of, parts_of_name(filename)), Text.of(text)
    read = [*((part, "文件名") for part in (name, *folders)), (content, "文件内容")]
    numbers, by = next(((found, by) for part, by in read if (found := _lines_in(part, lines))), ((), ""))
    wanted = _requirement_in(name, requirements)
    wanted = wanted or next(filter(None, (_requirement_of(folder, requirements) for folder in folders)), None)
    wanted = wanted or _requirement_in(content, requirements)
    per_line = [requirement for requirement in requirements if requirement.per == "line"]
    if wanted is None and len(per_line) == 1 and numbers:
        wanted = per_line[0]
    if wanted is not None and wanted.per != "line":
        is_named = any(_requirement_in(part, [wanted]) for part in (name, *folders))
        return Proposal(wanted.code, (), "文件名" if is_named else "文件内容")
    if not numbers and len(lines) == 1 and wanted is not None:
        numbers, by = (lines[0].number,), "只有一项"
    return Proposal(wanted.code if wanted else "", numbers, by if numbers else "")


def _lines_in(text: Text, lines: Sequence[Line]) -> tuple[int, ...]:
    if not text.characters:
        return ()
    found = tuple(line.number for line in lines if any(key.is_in(text) for key in line.keys))
    if found:
        return found
    present = {line.number for line in lines}
    return tuple(sorted({int(number) for number in _ORDINAL.findall(text.normal[:200])} & present))


def _requirement_in(text: Text, requirements: Iterable[Requirement]) -> Requirement | None:
    """The requirement whose word is the longest one in a text; of equally long ones, that which stands first."""
    found = [
        (-len(word), text.characters.index(word), at, requirement)
        for at, requirement in enumerate(requirements)
        for word in _words_of(requirement)
        if word in text.characters
    ]
    return min(found, key=lambda one: one[:3])[3] if found else None


def _requirement_of(folder: Text, requirements: Sequence[Requirement]) -> Requirement | None:
    """The requirement whose papers a folder holds by its name; None where it names several."""
    found = _requirement_in(folder, requirements)
    if found is None:
        return None
    word = max((word for word in _words_of(found) if word in folder.characters), key=len)
    rest = Text.of(folder.characters.replace(word, " "))
    return found if _requirement_in(rest, requirements) in (None, found) else None


def _words_of(requirement: Requirement) -> Iterator[str]:
    yield comparison_key(requirement.label)
    yield from _hints().get(requirement.code, ())
