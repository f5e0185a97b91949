"""Single values of an authored section as controls hold them: texts, and lists of texts. Pure.

Each codec turns a value into pairs of control names and texts (`flatten`), and the texts sent back into the value
(`read`). What cannot be read stays as typed, so that the rules' own check says what is wrong with it; what a codec
does not `fit` is sent along untouched by the record around it.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from policies.engine.periods import end_after, last_day
from portal.core.money import read_yuan

# All texts sent under each name, in their order.
Posted = Mapping[str, Sequence[str]]
Pairs = Iterator[tuple[str, str]]
ABSENT: Any = object()
MAX_TEXT = 2000
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WHOLE = re.compile(r"0|[1-9][0-9]{0,14}")
_FIGURE = re.compile(r"[0-9０-９.．%％/／]+")
_FIGURES = ("yuan", "ratio", "number", "count")
_FLAGS = {"true": True, "false": False}


def as_rules_write(text: str, kind: str) -> str:
    """A figure as rules write it: half width, and a sum (`kind` yuan) in yuan; what is no such figure as typed."""
    if _FIGURE.fullmatch(text):
        return unicodedata.normalize("NFKC", text)
    if kind != "yuan":
        return text
    try:
        return f"{read_yuan(text):f}".removesuffix(".00")
    except ValueError:
        return text


class Codec(Protocol):
    """How one kind of value stands in a form."""

    def fits(self, value: Any) -> bool:
        """Whether the controls can show this value without losing anything of it."""

    def flatten(self, value: Any, name: str) -> Pairs:
        """The value as texts by control name."""

    def read(self, posted: Posted, name: str) -> Any:
        """The value of what was sent, ABSENT where nothing was."""


def last_text(posted: Posted, name: str) -> str:
    """The text sent under a name, without spaces around it; empty where none was."""
    found = posted.get(name) or ("",)
    return found[-1].replace("\r\n", "\n").strip()[:MAX_TEXT]


def as_number(text: str) -> int | str:
    """A whole number as such, anything else as typed: a decimal stays a text, which keeps it exact."""
    return int(text) if _WHOLE.fullmatch(text) else text


@dataclass(frozen=True)
class ValueCodec:
    """One text in one control. `kind` says what draws it, `words` what may be chosen, `empty` what a blank is."""

    kind: str
    words: Mapping[str, str] = field(default_factory=dict)
    empty: Any = ABSENT
    # Of a fact: the types that make sense, all where none is named; whether facts of the applicant and the claim do.
    types: tuple[str, ...] = ()
    special: bool = False

    def fits(self, value: Any) -> bool:
        if self.kind == "flag":
            return isinstance(value, bool)
        if value is None:
            return self.empty is not ABSENT
        return isinstance(value, str | int) and not isinstance(value, bool)

    def flatten(self, value: Any, name: str) -> Pairs:
        yield name, str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)

    def read(self, posted: Posted, name: str) -> Any:
        text = last_text(posted, name)
        if not text:
            return self.empty if name in posted else ABSENT
        if self.kind == "flag":
            return _FLAGS.get(text, ABSENT)
        if self.kind not in _FIGURES:
            return text
        text = as_rules_write(text, self.kind)
        return as_number(text) if self.kind in ("count", "number") else text


@dataclass(frozen=True)
class CheckboxGroup:
    """A list chosen by ticking. Its order is kept; what is newly ticked comes last."""

    words: Mapping[str, str]

    def fits(self, value: Any) -> bool:
        return _texts(value)

    def flatten(self, value: Sequence[str], name: str) -> Pairs:
        yield f"{name}-order", ",".join(value)
        for text in value:
            yield name, text

    def read(self, posted: Posted, name: str) -> Any:
        ticked = list(posted.get(name, ()))
        before = last_text(posted, f"{name}-order").split(",")
        return [text for text in before if text in ticked] + [t for t in ticked if t not in before] or ABSENT


@dataclass(frozen=True)
class LastDayCodec(ValueCodec):
    """The end of a period, authored as the first day after it: people see and write its last day."""

    def flatten(self, value: Any, name: str) -> Pairs:
        for _, text in super().flatten(value, name):
            yield name, moved_day(text, last_day)

    def read(self, posted: Posted, name: str) -> Any:
        found = super().read(posted, name)
        return moved_day(found, end_after) if isinstance(found, str) else found


def moved_day(text: str, move: Callable[[date], date]) -> str:
    """A day as text after a move; a text that is no day, or would be none after it, as it is."""
    if not _ISO_DATE.fullmatch(text):
        return text
    try:
        return move(date.fromisoformat(text)).isoformat()
    except (ValueError, OverflowError):
        return text


@dataclass(frozen=True)
class NameList:
    """An ordered list of names, one select for each; a blank one counts for nothing. `types` are those of facts."""

    kind: str = "facts"
    types: tuple[str, ...] = ()

    def fits(self, value: Any) -> bool:
        return _texts(value)

    def flatten(self, value: Sequence[str], name: str) -> Pairs:
        for text in value:
            yield name, text

    def read(self, posted: Posted, name: str) -> Any:
        return [text for text in posted.get(name, ()) if text] or ABSENT


@dataclass(frozen=True)
class LineList:
    """A list of texts, one a line."""

    empty: Any = ABSENT

    def fits(self, value: Any) -> bool:
        return _texts(value)

    def flatten(self, value: Sequence[str], name: str) -> Pairs:
        yield name, "\n".join(" ".join(text.split("\n")) for text in value)

    def read(self, posted: Posted, name: str) -> Any:
        if name not in posted:
            return ABSENT
        text = posted[name][-1].replace("\r\n", "\n")
        return [line.strip() for line in text.split("\n") if line.strip()] or self.empty


@dataclass(frozen=True)
class ScopeCodec:
    """What a limit is counted over: one of a few combinations."""

    def fits(self, value: Any) -> bool:
        return _texts(value)

    def flatten(self, value: Sequence[str], name: str) -> Pairs:
        yield name, " ".join(value)

    def read(self, posted: Posted, name: str) -> Any:
        return last_text(posted, name).split() or ABSENT


@dataclass(frozen=True)
class GuardCodec:
    """Readings under which a rule holds, each with the choice it needs."""

    def fits(self, value: Any) -> bool:
        return isinstance(value, Mapping) and all(isinstance(wanted, bool) for wanted in value.values())

    def flatten(self, value: Mapping[str, bool], name: str) -> Pairs:
        for setting, wanted in value.items():
            yield f"{name}-setting", setting
            yield f"{name}-wanted", str(wanted).lower()

    def read(self, posted: Posted, name: str) -> Any:
        pairs = zip(posted.get(f"{name}-setting", ()), posted.get(f"{name}-wanted", ()), strict=False)
        return {setting: wanted == "true" for setting, wanted in pairs if setting} or ABSENT


@dataclass(frozen=True)
class OptionList:
    """The choices of a fact, or the rows of a table, a line each: `code=words`.

    A choice without words is called by its code; `values`: the kind of a table's values, of which a row may have none.
    """

    values: str = ""

    def fits(self, value: Any) -> bool:
        return isinstance(value, Mapping) and all(isinstance(words, str | int) for words in value.values())

    def flatten(self, value: Mapping[str, Any], name: str) -> Pairs:
        yield name, "\n".join(f"{code}={words}" for code, words in value.items())

    def read(self, posted: Posted, name: str) -> Any:
        lines = [line.replace("＝", "=").partition("=") for line in last_text(posted, name).split("\n")]
        named = ((code.strip(), words.strip()) for code, _, words in lines)
        if not self.values:
            return {code: words or code for code, words in named if code} or ABSENT
        figures = {as_rules_write(row, ""): as_rules_write(value, self.values) for row, value in named if row}
        return {row: as_number(one) if self.values == "count" else one for row, one in figures.items()} or ABSENT


@dataclass(frozen=True)
class PreservedField:
    """A value that no control shows: it goes through the form as it is."""

    def fits(self, value: Any) -> bool:
        return value is not None

    def flatten(self, value: Any, name: str) -> Pairs:
        yield name, json.dumps(value, ensure_ascii=False)

    def read(self, posted: Posted, name: str) -> Any:
        try:
            # What is no whole number stays a text: nothing here is a float.
            return json.loads((posted.get(name) or ("",))[-1], parse_float=str, parse_constant=str)
        except (ValueError, RecursionError):
            return ABSENT


@dataclass(frozen=True)
class ImpliedField:
    """A key that needs no control of its own, because the kind of its row tells it."""

    def fits(self, _value: Any) -> bool:
        return True

    def flatten(self, _value: Any, _name: str) -> Pairs:
        yield from ()

    def read(self, _posted: Posted, _name: str) -> Any:
        return ABSENT


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, str) for part in value)
