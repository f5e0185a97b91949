"""Mappings and lists of an authored section as controls hold them: records, rows, steps, limits, conditions. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from policies.drafting.editor.field_codecs import (
    ABSENT,
    Codec,
    Pairs,
    Posted,
    PreservedField,
    as_number,
    as_rules_write,
    last_text,
)
from policies.engine.conditions.registry import family_of, known_tests, usual_test
from portal.core.numbers import whole_number

MAX_ROWS = 120
# No key of the grammar is called so: a split has a `rest` of its own.
REST = "unknown"
GROUPS = ("required", "optional")
SPECIAL_TYPES = {"applicant_kind": "choice", "on": "date"}
_REST = PreservedField()


@dataclass(frozen=True)
class Record:
    """A mapping of known keys. Keys it does not know, and values that do not fit, ride along under `REST`."""

    keys: Mapping[str, Codec]
    # The keys that are kept when blank, because they say what kind of record this is.
    kept: frozenset[str] = frozenset()

    def fits(self, value: Any) -> bool:
        return isinstance(value, Mapping)

    def flatten(self, value: Mapping[str, Any], name: str) -> Pairs:
        rest = {}
        for key, part in value.items():
            codec = self.keys.get(key)
            if codec is not None and codec.fits(part):
                yield from codec.flatten(part, f"{name}-{key}")
            elif part is not None or codec is None:
                rest[key] = part
        if rest:
            yield from _REST.flatten(rest, f"{name}-{REST}")

    def read(self, posted: Posted, name: str) -> Any:
        found: dict[str, Any] = {}
        for key, codec in self.keys.items():
            part = codec.read(posted, f"{name}-{key}")
            if part is not ABSENT:
                found[key] = part
            elif key in self.kept:
                found[key] = ""
        rest = _REST.read(posted, f"{name}-{REST}")
        if isinstance(rest, Mapping):
            found = {**rest, **found}
        return found or ABSENT


@dataclass(frozen=True)
class Tested(Record):
    """A record that asks about a fact: the fact, one test, and what it is compared with."""

    types: Mapping[str, str] = field(default_factory=dict)

    def flatten(self, value: Mapping[str, Any], name: str) -> Pairs:
        named = [test for test in known_tests() if test in value]
        shown = named[0] if len(named) == 1 and _is_bound(value[named[0]]) else None
        yield from super().flatten({key: part for key, part in value.items() if key != shown}, name)
        if shown:
            yield f"{name}-test", shown
            bound = value[shown]
            for part in bound if isinstance(bound, list) else [bound]:
                yield f"{name}-value", str(part).lower() if isinstance(part, bool) else str(part)

    def read(self, posted: Posted, name: str) -> Any:
        found = super().read(posted, name)
        fact = last_text(posted, f"{name}-field")
        kind = SPECIAL_TYPES.get(fact) or self.types.get(fact, "text")
        values = [line.strip() for text in posted.get(f"{name}-value", ()) for line in text.splitlines()]
        values = [text for text in values if text]
        test = last_text(posted, f"{name}-test") or (usual_test(kind) if fact and values else "")
        if test not in known_tests():
            return found
        return {**({} if found is ABSENT else found), test: self._bound(test, kind, values)}

    def _bound(self, test: str, kind: str, values: Sequence[str]) -> Any:
        takes = family_of(test).takes(test)
        if takes == "values":
            return [as_number(text) if kind == "integer" else text for text in values]
        text = values[0] if values else ""
        if takes == "number":
            return as_number(as_rules_write(text, "yuan" if kind == "money" else ""))
        if takes == "value" and kind == "boolean" and text in ("true", "false"):
            return text == "true"
        return text


def _is_bound(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(part, str) or _is_whole(part) for part in value)
    return isinstance(value, str | bool) or _is_whole(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True)
class Rows:
    """A list of records. It is there as soon as its number of rows was sent, even if that is none."""

    row: Codec

    def fits(self, value: Any) -> bool:
        return isinstance(value, list) and len(value) <= MAX_ROWS and all(self.row.fits(part) for part in value)

    def flatten(self, value: Sequence[Any], name: str) -> Pairs:
        yield f"{name}-rows", str(len(value))
        for number, part in enumerate(value):
            yield from self.row.flatten(part, f"{name}-{number}")

    def read(self, posted: Posted, name: str) -> Any:
        count = _count(posted, name)
        if count is None:
            return ABSENT
        parts = [self.row.read(posted, f"{name}-{number}") for number in range(count)]
        return [{} if part is ABSENT else part for part in parts]


def _count(posted: Posted, name: str) -> int | None:
    """How many rows were sent under a name; None where the list was not."""
    count = whole_number(last_text(posted, f"{name}-rows"))
    return None if count is None else min(count, MAX_ROWS)


@dataclass(frozen=True)
class Variants:
    """A record of one of several kinds; `name_of` tells the kind of a value, `SHOWN` with which the page was drawn.

    Another kind may be chosen in the page: what the new kind knows is kept.
    """

    kinds: Mapping[str, Record]
    name_of: Callable[[Mapping[str, Any]], str | None]
    make: Callable[[str], dict[str, Any]]

    def fits(self, value: Any) -> bool:
        return isinstance(value, Mapping)

    def flatten(self, value: Mapping[str, Any], name: str) -> Pairs:
        kind = self.name_of(value)
        if kind is None:
            yield from Record({}).flatten(value, name)
            return
        yield f"{name}-shown", kind
        yield f"{name}-kind", kind
        yield from self.kinds[kind].flatten(value, name)

    def read(self, posted: Posted, name: str) -> Any:
        shown, kind = last_text(posted, f"{name}-shown"), last_text(posted, f"{name}-kind")
        if shown not in self.kinds:
            found = Record({}).read(posted, name)
            return {**({} if found is ABSENT else found), **(self.make(kind) if kind in self.kinds else {})}
        found = self.kinds[shown].read(posted, name)
        found = {} if found is ABSENT else found
        if kind == shown or kind not in self.kinds:
            return {**self.make(shown), **found}
        new, known = self.make(kind), self.kinds[kind].keys
        return {**new, **{key: part for key, part in found.items() if key in known and key not in new}}


@dataclass(frozen=True)
class QuestionField:
    """Facts or evidence: two lists, required and optional, of names or of descriptions, drawn as one list of rows."""

    key: str
    own: Record

    def fits(self, value: Any) -> bool:
        return (
            isinstance(value, Mapping)
            and set(value) <= set(GROUPS)
            and all(isinstance(part, list) and all(self._is_row(row) for row in part) for part in value.values())
        )

    def _is_row(self, row: Any) -> bool:
        if isinstance(row, Mapping):
            return isinstance(row.get(self.key, ""), str)
        return isinstance(row, str)

    def flatten(self, value: Mapping[str, Any], name: str) -> Pairs:
        rows = [(group, row) for group in GROUPS for row in value.get(group, ())]
        yield f"{name}-rows", str(len(rows))
        yield f"{name}-groups", ",".join(value)
        for number, (group, row) in enumerate(rows):
            yield f"{name}-{number}-group", group
            if isinstance(row, str):
                yield f"{name}-{number}-{self.key}", row
                continue
            yield f"{name}-{number}-{self.key}", row.get(self.key, "")
            yield from self.own.flatten({k: part for k, part in row.items() if k != self.key}, f"{name}-{number}")

    def read(self, posted: Posted, name: str) -> Any:
        count = _count(posted, name)
        if count is None:
            return ABSENT
        found: dict[str, list[Any]] = {g: [] for g in GROUPS if g in last_text(posted, f"{name}-groups").split(",")}
        for number in range(count):
            group = last_text(posted, f"{name}-{number}-group")
            own = self.own.read(posted, f"{name}-{number}")
            word = last_text(posted, f"{name}-{number}-{self.key}")
            row = word if own is ABSENT and word else {self.key: word, **({} if own is ABSENT else own)}
            found.setdefault(group if group in GROUPS else GROUPS[0], []).append(row)
        return {group: found[group] for group in GROUPS if group in found}


@dataclass(frozen=True)
class MappingField:
    """A mapping of names to records, drawn as rows that each bring their name."""

    row: Record

    def fits(self, value: Any) -> bool:
        return isinstance(value, Mapping) and all(isinstance(part, Mapping) for part in value.values())

    def flatten(self, value: Mapping[str, Any], name: str) -> Pairs:
        yield f"{name}-rows", str(len(value))
        for number, (word, part) in enumerate(value.items()):
            yield f"{name}-{number}-name", word
            yield from self.row.flatten(part, f"{name}-{number}")

    def read(self, posted: Posted, name: str) -> Any:
        count = _count(posted, name)
        if count is None:
            return ABSENT
        found = {}
        for number in range(count):
            part = self.row.read(posted, f"{name}-{number}")
            word = last_text(posted, f"{name}-{number}-name")
            # Two rows of one name stay two: the second is told apart, and refused by its name.
            found[word if word not in found else f"{word} {number + 1}"] = {} if part is ABSENT else part
        return found
