"""Tests on facts, over columns, as `predicates` has them for one line."""

from collections.abc import Callable, Collection
from fractions import Fraction
from typing import Any

import numpy as np

from policies.engine.columns.arithmetic import any_between, compare
from policies.engine.columns.lines import Lines
from policies.engine.columns.population import KINDS, BoolArray, Column, IntArray
from policies.engine.dates import parse_date
from policies.engine.money import parse_number
from policies.engine.predicates import DATE_TESTS

# Where a test holds, and where it can be decided at all (None: everywhere).
Verdict = tuple[BoolArray, BoolArray | None]
Test = Callable[[Lines], Verdict]

_WHOLE = frozenset({"money", "integer", "boolean"})


class UnsupportedRuleError(ValueError):
    """A rule that column steps cannot follow to the fen: they must not answer at all."""

    def __init__(self, item: str, rule: str) -> None:
        self.item = item
        self.rule = rule
        super().__init__(f"{item}: {rule}")


def compile_test(field: str, test: dict[str, Any], types: dict[str, str], settings: dict[str, Any], item: str) -> Test:
    """The test of one condition. `types` are the item's facts by name; UnsupportedRuleError for what cannot be."""
    (name, bound), *_ = test.items()
    kind = types.get(field, "")
    if name == "not_after_field":
        return _not_after(field, bound, types, item)
    if name in ("in", "not_in", "is"):
        return _choice(field, name, [bound] if name == "is" else bound, kind, item)
    if name in DATE_TESTS:
        if kind != "date":
            raise UnsupportedRuleError(item, f"{name} on {field}, which is no date")
        return _date(field, name, parse_date(bound).toordinal())
    if kind not in ("money", "integer", "number", "boolean", "rows"):
        raise UnsupportedRuleError(item, f"{name} on {field}, which is no number")
    return _number(field, _plain(name, settings), parse_number(bound))


def _plain(name: str, settings: dict[str, Any]) -> str:
    """Which comparison a test is under the chosen readings of 以上 and 超过."""
    inclusive, exclusive = settings.get("yishang_inclusive", True), settings.get("chaoguo_exclusive", True)
    return {
        "at_least": ">=" if inclusive else ">",
        "at_most": "<=" if inclusive else "<",
        "over": ">" if exclusive else ">=",
        "under": "<",
        "not_below": ">=",
        "not_above": "<=",
        "not_over": "<=" if exclusive else "<",
    }[name]


def _number(field: str, sign: str, bound: Fraction) -> Test:
    def test(lines: Lines) -> Verdict:
        rows = lines.table.rows.get(field)
        if rows is not None:
            return compare(np.diff(rows.starts), sign, bound), lines.present(field)
        column = lines.column(field)
        if column.spoken is not None and (column.spoken & lines.present(field)).any():
            raise UnsupportedRuleError(lines.table.item, f"a word stands where {field} is compared")
        return compare(column.values, sign, bound, column.scale), column.present

    return test


def _date(field: str, name: str, edge: int) -> Test:
    def test(lines: Lines) -> Verdict:
        days = lines.days(field)
        present = None if field == "on" else lines.column(field).present
        return (days < edge if name == "before" else days >= edge), present

    return test


def _not_after(field: str, other: str, types: dict[str, str], item: str) -> Test:
    mine, its = types.get(field, ""), types.get(other, "")
    if not (mine == its == "date" or {mine, its} <= _WHOLE):
        raise UnsupportedRuleError(item, f"{field} is compared with {other}, which is of another type")

    def test(lines: Lines) -> Verdict:
        return lines.days(field) <= lines.days(other), lines.present(field) & lines.present(other)

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
