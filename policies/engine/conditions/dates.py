"""`before`, `not_before`: a day against a fixed one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from policies.engine import checks
from policies.engine.columns.conditions import Test, UnsupportedRuleError, Verdict
from policies.engine.conditions.base import Family, Predicate, on_field
from policies.engine.dates import parse_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.engine.checks import Check
    from policies.engine.columns.lines import Lines


class DateTest(Family):
    """A day before another, or not before it."""

    order = 30
    tests: ClassVar = {"before": "早于（日期）", "not_before": "不早于（日期）"}
    offered: ClassVar = {"date": tuple(tests)}
    usual: ClassVar = {"date": "not_before"}

    def check(self, name: str) -> Check:
        return checks.day

    def predicate(
        self, field: str, name: str, bound: Any, *, types: Mapping[str, str], settings: Mapping[str, Any]
    ) -> Predicate:
        day = parse_date(bound)
        if name == "before":
            return on_field(field, lambda value: bool(value < day))
        return on_field(field, lambda value: bool(value >= day))

    def takes(self, name: str) -> str:
        return "day"

    def column_test(
        self, field: str, name: str, bound: Any, *, types: Mapping[str, str], settings: Mapping[str, Any], item: str
    ) -> Test:
        if types.get(field) != "date":
            raise UnsupportedRuleError(item, f"{name} on {field}, which is no date")
        edge = parse_date(bound).toordinal()

        def test(lines: Lines) -> Verdict:
            days = lines.days(field)
            present = None if field == "on" else lines.column(field).present
            return (days < edge if name == "before" else days >= edge), present

        return test
