"""`not_after_field`, `not_above_field`: one fact against another of the same line."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine import checks
from policies.engine.columns.arithmetic import MOST
from policies.engine.columns.conditions import Test, UnsupportedRuleError, Verdict
from policies.engine.columns.population import PopulationError
from policies.engine.conditions.base import Facts, Family, Predicate
from policies.engine.line import as_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.engine.checks import Check
    from policies.engine.columns.lines import Lines

# Facts that may be compared with one another: days, sums, and numbers.
_SORTS = ({"date"}, {"money"}, {"integer", "number"}, {"money", "integer", "boolean"})


class OrderOfFacts(Family):
    """A fact that may not pass another; it cannot be told where either is missing."""

    order = 40
    tests: ClassVar = {"not_after_field": "不晚于另一个日期", "not_above_field": "不高于另一项"}
    offered: ClassVar = {
        "date": ("not_after_field",),
        **dict.fromkeys(("money", "integer", "number"), ("not_above_field",)),
    }

    def phrase(self, name: str, compared: str) -> str:
        return f"{self.tests[name].partition('另')[0]} {compared}"

    def check(self, name: str) -> Check:
        return checks.name

    def predicate(
        self, field: str, name: str, bound: Any, *, types: Mapping[str, str], settings: Mapping[str, Any]
    ) -> Predicate:
        def predicate(facts: Facts) -> bool | None:
            value, most = facts.get(field), facts.get(bound)
            if value is None or most is None:
                return None
            value, most = (as_number(one) for one in (value, most))
            # A word in place of a number, such as 未统计, is neither above nor below anything.
            return value is not None and most is not None and bool(value <= most)

        return predicate

    def suits(self, kind: str) -> bool:
        return any(kind in sort for sort in _SORTS)

    def takes(self, name: str) -> str:
        return "fact"

    def column_test(
        self, field: str, name: str, bound: Any, *, types: Mapping[str, str], settings: Mapping[str, Any], item: str
    ) -> Test:
        mine, its = types.get(field, ""), types.get(bound, "")
        if not any({mine, its} <= sort for sort in _SORTS):
            raise UnsupportedRuleError(item, f"{field} is compared with {bound}, which is of another type")

        def test(lines: Lines) -> Verdict:
            known = lines.present(field) & lines.present(bound)
            if mine == "date":
                return lines.days(field) <= lines.days(bound), known
            (values, per, stated), (most, of, also) = lines.numbers(field), lines.numbers(bound)
            unit = lcm(per, of)
            if any(int(np.abs(one).max(initial=0)) > MOST // (unit // own) for one, own in ((values, per), (most, of))):
                raise PopulationError(f"{item}: {field} and {bound} are too large or too fine to be compared")
            verdict = values.astype(np.int64) * (unit // per) <= most.astype(np.int64) * (unit // of)
            return verdict & stated & also, known

        return test

    def other_field(self, bound: Any) -> str:
        return str(bound)
