"""The rows of the table of accesses for figures and budgets, and for what gives a city's money to its districts."""

from typing import Any

from tests.access_address import Address
from tests.access_groups import AUDITORS, BUDGET_READERS, DECIDERS, FIGURE_READERS, FINANCE_PEOPLE
from tests.access_world import AUDIT, FINANCE, World

_OWN = FINANCE | {"decision_maker"}


def _budget_line(world: World, _: str) -> dict[str, Any]:
    return {"pk": world.extra["budget_line"].pk}


def _allocation(world: World, _: str) -> dict[str, Any]:
    return {"key": world.extra["allocation"].key}


def _document(world: World, _: str) -> dict[str, Any]:
    return {"key": world.extra["appropriation"].key}


BUDGETS = {
    "figures:board": Address(FIGURE_READERS),
    "figures:export": Address(FIGURE_READERS),
    "figures:behind": Address(FIGURE_READERS),
    "figures:summary": Address(FIGURE_READERS),
    "statements:year_export": Address(FINANCE_PEOPLE | AUDITORS),
    "treasury:board": Address(BUDGET_READERS),
    "treasury:board_export": Address(BUDGET_READERS),
    "treasury:statement": Address(BUDGET_READERS),
    "treasury:statement_export": Address(BUDGET_READERS),
    "treasury:close_month": Address(FINANCE_PEOPLE | DECIDERS),
    "treasury:new_line": Address(FINANCE_PEOPLE),
    "treasury:line": Address(BUDGET_READERS, {"own": FINANCE | AUDIT | {"decision_maker"}}, _budget_line),
    "treasury:issue": Address(FINANCE_PEOPLE, {"own": FINANCE}, _budget_line),
    "treasury:close": Address(FINANCE_PEOPLE | DECIDERS, {"own": _OWN}, _budget_line),
    "appropriations:list": Address(BUDGET_READERS),
    "appropriations:use": Address(BUDGET_READERS, {"own": _OWN | AUDIT}, _budget_line),
    "appropriations:new_allocation": Address(FINANCE_PEOPLE),
    "appropriations:allocation": Address(BUDGET_READERS, {"draft": _OWN | AUDIT}, _allocation),
    "appropriations:heading": Address(FINANCE_PEOPLE, {"draft": FINANCE}, _allocation),
    "appropriations:factor": Address(FINANCE_PEOPLE, {"draft": FINANCE}, _allocation),
    "appropriations:move_allocation": Address(FINANCE_PEOPLE | DECIDERS, {"draft": _OWN}, _allocation),
    # A draft has no calculation yet.
    "appropriations:sheet": Address(BUDGET_READERS, {"draft": set()}, _allocation),
    "appropriations:workbook": Address(BUDGET_READERS, {"draft": set()}, _allocation),
    "appropriations:new_document": Address(FINANCE_PEOPLE),
    "appropriations:document": Address(BUDGET_READERS, {"draft": _OWN | AUDIT}, _document),
    "documents:appropriation": Address(BUDGET_READERS, {"draft": _OWN | AUDIT}, _document),
    "appropriations:edit_document": Address(FINANCE_PEOPLE, {"draft": FINANCE}, _document),
    "appropriations:move_document": Address(FINANCE_PEOPLE | DECIDERS, {"draft": _OWN}, _document),
    "appropriations:receive": Address(
        FINANCE_PEOPLE, {"draft": FINANCE}, lambda world, _: {"pk": world.extra["appropriation"].lines.get().pk}
    ),
}
