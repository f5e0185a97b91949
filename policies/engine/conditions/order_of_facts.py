"""`not_after_field`: one fact against another of the same line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from policies.engine import checks
from policies.engine.columns.conditions import Test, UnsupportedRuleError, Verdict
from policies.engine.conditions.base import Facts, Family, Predicate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.engine.checks import Check
    from policies.engine.columns.lines import Lines

_WHOLE = frozenset({"money", "integer", "boolean"})


class OrderOfFacts(Family):
    """A fact that may not pass another; it cannot be told where either is missing."""

    order = 40
    tests: ClassVar = {"not_after_field": "不晚于另一个日期"}
    offered: ClassVar = {"date": tuple(tests)}

    def check(self, name: str) -> Check:
        return checks.name

    def predicate(
        self, field: str, name: str, bound: Any, *, types: Mapping[str, str], settings: Mapping[str, Any]
    ) -> Predicate:
        def predicate(facts: Facts) -> bool | None:
            value, most = facts.get(field), facts.get(bound)
            return None if value is None or most is None else bool(value <= most)

        return predicate

    def suits(self, kind: str) -> bool:
        return kind == "date" or kind in _WHOLE

    def takes(self, name: str) -> str:
        return "fact"

    def column_test(
        self, field: str, name: str, bound: Any, *, types: Mapping[str, str], settings: Mapping[str, Any], item: str
    ) -> Test:
        mine, its = types.get(field, ""), types.get(bound, "")
        if not (mine == its == "date" or {mine, its} <= _WHOLE):
            raise UnsupportedRuleError(item, f"{field} is compared with {bound}, which is of another type")

        def test(lines: Lines) -> Verdict:
            return lines.days(field) <= lines.days(bound), lines.present(field) & lines.present(bound)

        return test

    def other_field(self, bound: Any) -> str:
        return str(bound)
