"""Comparisons with a number; of rows or a list, their number is compared.

以上/以下 and 超过 follow the chosen reading; `not_below` and `not_above` are plain bounds of a range.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine import checks
from policies.engine.columns.arithmetic import compare
from policies.engine.columns.conditions import Test, UnsupportedRuleError, Verdict
from policies.engine.conditions.base import Bound, Family, Predicate, on_field
from policies.engine.money import parse_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

    from policies.engine.checks import Check
    from policies.engine.columns.lines import Lines

INCLUSIVE, EXCLUSIVE = "yishang_inclusive", "chaoguo_exclusive"
# A test's sign, the sign under the other reading, and the reading.
_SIGNS = {
    "at_least": (">=", ">", INCLUSIVE),
    "over": (">", ">=", EXCLUSIVE),
    "at_most": ("<=", "<", INCLUSIVE),
    "under": ("<", "<", EXCLUSIVE),
    "not_over": ("<=", "<", EXCLUSIVE),
    "not_below": (">=", ">=", ""),
    "not_above": ("<=", "<=", ""),
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}


class Comparison(Family):
    """A number against a bound."""

    order = 20
    tests: ClassVar = {
        "at_least": "以上（按口径含本数）",
        "over": "超过（按口径不含本数）",
        "at_most": "以下（按口径含本数）",
        "under": "小于",
        "not_over": "不超过",
        "not_below": "不小于",
        "not_above": "不大于",
    }
    offered: ClassVar = dict.fromkeys(("money", "integer", "number", "rows"), tuple(tests))
    usual: ClassVar = dict.fromkeys(offered, "at_least")
    needs_fact = True
    adjustable = frozenset({"at_least", "over", "at_most", "under", "not_over"})

    def check(self, name: str) -> Check:
        return checks.number

    def predicate(
        self, field: str, name: str, bound: Any, *, types: Mapping[str, str], settings: Mapping[str, Any]
    ) -> Predicate:
        holds, number = _COMPARE[_sign(name, settings)], _in_units(bound, types.get(field))

        def compared(value: Any) -> bool:
            # A word in place of a number, such as 未统计, is neither above nor below anything.
            return not isinstance(value, str) and holds(len(value) if isinstance(value, tuple) else value, number)

        return on_field(field, compared)

    def column_test(
        self, field: str, name: str, bound: Any, *, types: Mapping[str, str], settings: Mapping[str, Any], item: str
    ) -> Test:
        if types.get(field) not in ("money", "integer", "number", "boolean", "rows"):
            raise UnsupportedRuleError(item, f"{name} on {field}, which is no number")
        return _number(field, _sign(name, settings), _in_units(bound, types[field]))

    def takes(self, name: str) -> str:
        return "number"

    def phrase(self, name: str, compared: str) -> str:
        words = self.tests[name].partition("（")[0]
        return f"{compared} {words}" if words in ("以上", "以下") else f"{words} {compared}"

    def readings(self, name: str) -> frozenset[str]:
        return frozenset({_SIGNS[name][2]} - {""})

    def bound(self, name: str, bound: Any) -> Bound:
        sign = _SIGNS[name][0]
        return Bound(sign.startswith(">"), parse_number(bound), sign in (">", "<"))


def _in_units(bound: Any, kind: str | None) -> Fraction:
    """A bound in the units of its fact: a sum's bound is written in yuan, and the sum is held in fen."""
    return parse_number(bound) * (100 if kind == "money" else 1)


def _sign(name: str, settings: Mapping[str, Any]) -> str:
    """Which comparison a test is under the chosen readings."""
    sign, other, reading = _SIGNS[name]
    return sign if settings.get(reading, True) else other


def _number(field: str, sign: str, bound: Fraction) -> Test:
    def test(lines: Lines) -> Verdict:
        rows = lines.table.rows.get(field)
        if rows is not None:
            return compare(np.diff(rows.starts), sign, bound), lines.present(field)
        column = lines.column(field)
        verdict = compare(column.values, sign, bound, column.scale)
        return verdict if column.spoken is None else verdict & ~column.spoken, column.present

    return test
