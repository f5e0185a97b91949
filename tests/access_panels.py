"""The table of accesses to the pool of experts and to panels."""

from __future__ import annotations

from typing import Any

from tests.access_address import Address
from tests.access_groups import AUDITORS, FIGURE_READERS, POLICY_PEOPLE, PUBLISHERS
from tests.access_world import AUDIT, CITY, POLICY, World

ORGANISERS = PUBLISHERS | {"district_second"}
READERS = FIGURE_READERS
EXPERTS = {"expert", "other_expert"}


def _expert(world: World, _variant: str) -> dict[str, Any]:
    return {"key": world.extra["expert_row"].key}


def _panel(world: World, _variant: str) -> dict[str, Any]:
    return {"key": world.extra["panel"].key}


def _seat(world: World, _variant: str) -> dict[str, Any]:
    return {"key": world.extra["seat"].key}


def _entry(world: World, variant: str) -> dict[str, Any]:
    return _seat(world, variant) | {"entry": world.extra["panel_entry"].key}


def _file(world: World, variant: str) -> dict[str, Any]:
    return _entry(world, variant) | {"evidence": world.extra["evidence_district_review"].key}


# An expert sees the panels in which they sit, and of these the claims that they score.
OWN = {"own": {"expert"}}
PANELS: dict[str, Address] = {
    "experts:list": Address(POLICY_PEOPLE | PUBLISHERS | AUDITORS),
    "experts:sheet": Address(POLICY_PEOPLE),
    "experts:end": Address(POLICY_PEOPLE, {"wuxi": POLICY}, _expert),
    "panels:list": Address(READERS),
    "panels:new": Address(ORGANISERS),
    "panels:schemes": Address(READERS | POLICY_PEOPLE),
    "panels:scheme_new": Address(POLICY_PEOPLE),
    "panels:panel": Address(READERS, {"wuxi": CITY | AUDIT}, _panel),
    "panels:act": Address(ORGANISERS, {"wuxi": {"city_officer"}}, _panel),
    "panels:draws": Address(READERS, {"wuxi": CITY | AUDIT}, _panel),
    "panels:report": Address(READERS, {"wuxi": CITY | AUDIT}, _panel),
    "panels:mine": Address(EXPERTS),
    "panels:seat": Address(EXPERTS, OWN, _seat),
    "panels:declare": Address(EXPERTS, OWN, _seat),
    "panels:leave": Address(EXPERTS, OWN, _seat),
    "panels:hand_in": Address(EXPERTS, OWN, _seat),
    "panels:result": Address(EXPERTS, OWN, _seat),
    "panels:score": Address(EXPERTS, OWN, _entry),
    "panels:file": Address(EXPERTS, OWN, _file),
}
