"""`in`, `not_in`, `is`: whether a fact, or any of a list of them, is among given values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine import checks
from policies.engine.columns.arithmetic import any_between
from policies.engine.columns.conditions import Test, UnsupportedRuleError, Verdict
from policies.engine.columns.population import KINDS, BoolArray, Column, IntArray
from policies.engine.conditions.base import Family, Predicate, on_field

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from policies.engine.checks import Check
    from policies.engine.columns.lines import Lines


def _one(value: Any) -> Any:
    return value if isinstance(value, bool) else checks.text(value)


class Membership(Family):
    """A value among others; of a list, any of its values."""

    order = 10
    tests: ClassVar = {"in": "是其中之一", "not_in": "不是其中任何一个", "is": "是"}
    offered: ClassVar = {"choice": tuple(tests), "text": tuple(tests), "boolean": ("is",)}
    usual: ClassVar = {"choice": "in", "text": "is", "boolean": "is"}

    def check(self, name: str) -> Check:
        return _one if name == "is" else checks.texts_or_numbers

    def predicate(
        self, field: str, name: str, bound: Any, *, types: Mapping[str, str], settings: Mapping[str, Any]
    ) -> Predicate:
        values = frozenset(self.choices(bound))
        return on_field(field, _none_of(values) if name == "not_in" else _one_of(values))

    def column_test(
        self, field: str, name: str, bound: Any, *, types: Mapping[str, str], settings: Mapping[str, Any], item: str
    ) -> Test:
        return _choice(field, name, self.choices(bound), types.get(field, ""), item)

    def takes(self, name: str) -> str:
        return "value" if name == "is" else "values"

    def phrase(self, name: str, compared: str) -> str:
        return f"{'不是' if name == 'not_in' else '是'} {compared}"

    def suits(self, kind: str) -> bool:
        return kind not in ("rows", "date")

    def choices(self, bound: Any) -> list[Any]:
        return bound if isinstance(bound, list) else [bound]


def _one_of(allowed: frozenset[Any]) -> Callable[[Any], bool]:
    def test(value: Any) -> bool:
        return any(part in allowed for part in value) if isinstance(value, tuple) else value in allowed

    return test


def _none_of(refused: frozenset[Any]) -> Callable[[Any], bool]:
    def test(value: Any) -> bool:
        return any(part not in refused for part in value) if isinstance(value, tuple) else value not in refused

    return test


def _choice(field: str, name: str, values: Collection[Any], kind: str, item: str) -> Test:
    allowed, wanted = frozenset(values), name != "not_in"
    if field == "applicant_kind":
        kinds = np.array([(kind in allowed) == wanted for kind in KINDS])
        return lambda lines: (kinds[lines.kind], None)
    if kind == "rows":
        raise UnsupportedRuleError(item, f"{name} on the rows of {field}")

    def test(lines: Lines) -> Verdict:
        if field == "on" or kind == "date":
            return np.full(len(lines), not wanted), (None if field == "on" else lines.column(field).present)
        column = lines.column(field)
        if kind in ("choice", "text"):
            found = _spoken(column.words, allowed)[column.values * lines.present(field)]
        else:
            found = np.isin(column.values, _whole_values(allowed, column.scale))
            if column.spoken is not None:
                words = _spoken(column.words, allowed)[column.values * column.spoken]
                found = np.where(column.spoken, words, found)
        holds = found if wanted else ~found
        if column.lists is not None:
            holds = np.where(column.lists.given, _any_word(column, allowed, wanted=wanted), holds)
        return holds, column.present

    return test


def _spoken(words: Collection[str], allowed: frozenset[Any]) -> BoolArray:
    """Which words are allowed; at least one element, so that absent facts have something to point at."""
    return np.array([word in allowed for word in words] or [False], dtype=np.bool_)


def _whole_values(allowed: frozenset[Any], scale: int) -> IntArray:
    """Numbers among the allowed values, as a column holds them; `true` is one."""
    return np.array([int(value) * scale for value in allowed if isinstance(value, int)], dtype=np.int64)


def _any_word(column: Column, allowed: frozenset[Any], *, wanted: bool) -> BoolArray:
    """Whether any word of a list is among the allowed (or, unwanted, any is not)."""
    lists = column.lists
    if lists is None or not len(lists.codes):
        return np.zeros(len(column.values), dtype=np.bool_)
    return any_between(_spoken(column.words, allowed)[lists.codes] == wanted, lists.starts)
