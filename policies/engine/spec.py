"""Typed specifications of rules: each key is declared once, with its check, its type and what people see of it.

A specification is a frozen dataclass whose fields are made by `key`. `Spec.read` makes one of a rule in normal form.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple, Self

from policies.engine import checks
from policies.engine.checks import Check, list_of, one_of
from policies.engine.dates import parse_date
from policies.engine.grammar import guard
from policies.engine.money import parse_factor, parse_number, parse_ratio, parse_yuan


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: the check of what was written, and the reader of its normal form.

    `values`: of a table, the kind of its values.
    """

    name: str
    check: Check
    read: Callable[[Any], Any] = _same
    values: Kind | None = None


YUAN = Kind("yuan", checks.yuan, parse_yuan)
RATIO = Kind("ratio", checks.ratio_above_zero, parse_ratio)
# A ratio that may pass one.
FACTOR = Kind("ratio", checks.factor, parse_factor)
COUNT = Kind("count", checks.count)
# A target is shown as it was written, so the text stays.
NUMBER = Kind("number", checks.number)
POSITIVE = Kind("number", checks.positive, lambda value: parse_number(checks.positive(value)))
DAY = Kind("day", checks.day, parse_date)
FLAG = Kind("flag", checks.boolean)
TEXT = Kind("text", checks.text)
CODE = Kind("code", checks.code)
FACT = Kind("fact", checks.name)
NAME = Kind("id", checks.name)
FACTS = Kind("facts", list_of(checks.name, least=1), tuple)
SETTING = Kind("setting", checks.name)
GUARD = Kind("guard", guard)
# `{field, test}`; the schema checks what is inside.
ONLY = Kind("only", _same)


# A table by lower bounds, in ascending order.
Bounds = tuple[tuple[Fraction, Any], ...]


def by_bound(values: Kind) -> Kind:
    """A table from a lower bound (以上, the bound included) to a value: read as pairs in ascending order."""

    def read(table: Mapping[str, Any]) -> Bounds:
        return tuple(sorted((parse_number(bound), values.read(value)) for bound, value in table.items()))

    return Kind("table", checks.table_of(checks.number, values.check, same=parse_number), read, values)


def by_word(values: Kind) -> Kind:
    """A table from a word (a choice, a text, a whole number) to a value."""

    def read(table: Mapping[str, Any]) -> dict[str, Any]:
        return {word: values.read(value) for word, value in table.items()}

    return Kind("table", checks.table_of(checks.word, values.check), read, values)


def _by_day(table: Mapping[str, Any]) -> tuple[tuple[date, Fraction], ...]:
    return tuple(sorted((parse_date(day), parse_number(value)) for day, value in table.items()))


class Period(NamedTuple):
    """The days on which something holds, both included; without a last day from the first on."""

    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


def _period(text: str) -> Period:
    first, _, last = text.partition("/")
    return Period(parse_date(first), parse_date(last) if last else None)


PERIOD = Kind("period", checks.period, _period)
PERIOD_BY_WORD = by_word(PERIOD)
NUMBER_BY_DAY = Kind("table", checks.table_of(checks.day, checks.number), _by_day, NUMBER)
SUM_BY_BOUND, RATIO_BY_BOUND, FACTOR_BY_BOUND = by_bound(YUAN), by_bound(RATIO), by_bound(FACTOR)
POSITIVE_BY_BOUND = by_bound(POSITIVE)
SUM_BY_WORD, FACTOR_BY_WORD, COUNT_BY_WORD = by_word(YUAN), by_word(FACTOR), by_word(COUNT)


def choice(words: Mapping[str, str]) -> Kind:
    """One word of a closed list."""
    return Kind("choice", one_of(words))


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a specification.

    `types`: of a key that names facts, the types that make sense. `asks`: whether the amount needs the facts that it
    names; None where it does not ask for them. `shown`: whether a form draws it when nothing is in it.
    """

    name: str
    kind: Kind
    label: str
    help: str
    required: bool
    shown: bool
    types: tuple[str, ...]
    asks: bool | None
    choices: Mapping[str, str]
    common: bool


def key(
    kind: Kind | Mapping[str, str],
    label: str,
    *,
    name: str = "",
    help: str = "",  # noqa: A002 - what the key's help is called everywhere
    default: Any = dataclasses.MISSING,
    shown: bool = False,
    types: tuple[str, ...] = (),
    asks: bool | None = None,
    common: bool = False,
) -> Any:
    """A field of a specification, optional where it has a default; a mapping is a closed list of words.

    `name` is what the key is called where that is no name in Python. `common` keys stand last.
    """
    required = default is dataclasses.MISSING
    choices: Mapping[str, str] = {} if isinstance(kind, Kind) else kind
    kind = kind if isinstance(kind, Kind) else choice(kind)
    declared = Key(name, kind, label, help, required, shown or required, types, asks, choices, common)
    return dataclasses.field(default=default, metadata={"key": declared})


@dataclass(frozen=True, kw_only=True)
class Spec:
    """One rule, typed."""

    @classmethod
    @cache
    def declared(cls) -> Mapping[str, Key]:
        """Its keys by attribute: required, optional, then those common to all rules of its sort."""
        found = [
            (field.name, dataclasses.replace(key, name=key.name or field.name))
            for field in dataclasses.fields(cls)
            if (key := field.metadata.get("key"))
        ]
        return dict(sorted(found, key=lambda pair: (pair[1].common, not pair[1].required)))

    @classmethod
    def required(cls) -> dict[str, Check]:
        """The checks of the keys that must stand."""
        return {key.name: key.kind.check for key in cls.declared().values() if key.required}

    @classmethod
    def optional(cls) -> dict[str, Check]:
        """The checks of the keys that may stand."""
        return {key.name: key.kind.check for key in cls.declared().values() if not key.required}

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Self:
        """The rule of its normal form. KeyError, ValueError or TypeError for what a check would have refused."""
        values = {}
        for attribute, declared in cls.declared().items():
            value = content.get(declared.name)
            if value is not None:
                values[attribute] = declared.kind.read(value)
            elif declared.required:
                raise KeyError(declared.name)
        return cls(**values)
