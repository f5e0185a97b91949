"""The table of accesses to rosters of offices, and to what applicants are entitled to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.access_address import Address
from tests.access_groups import AUDITORS, POLICY_PEOPLE, PUBLISHERS
from tests.access_world import (
    AUDIT,
    DISTRICT,
    EVERYBODY,
    MEMBER,
    OTHER_DISTRICT,
    OTHER_MEMBERS,
    POLICY,
    SIGNED_IN,
    World,
)

_SENDERS = PUBLISHERS | POLICY_PEOPLE
_READERS = _SENDERS | AUDITORS | DISTRICT | OTHER_DISTRICT
_OF_WUXI = {"city_officer"} | POLICY
_READ_IN_WUXI = _OF_WUXI | AUDIT | DISTRICT | {"xishan_first"}


def _call(world: World, _variant: str) -> dict[str, Any]:
    return {"key": world.extra["call_published"].key}


def _entitlement(world: World, _variant: str) -> dict[str, Any]:
    return {"key": world.extra["entitlement"].key}


def _archive(world: World, _variant: str) -> dict[str, Any]:
    return {"key": world.extra["papers_archive"].key}


def _roster(world: World, _variant: str) -> dict[str, Any]:
    return {"key": world.extra["roster"].key}


ENTITLED: Mapping[str, Address] = {
    "rights:rosters": Address(_SENDERS | AUDITORS),
    **{
        f"rights:roster_{name}": Address(_SENDERS, arguments=lambda *_: {"kind": "patent"})
        for name in ("new", "template")
    },
    "rights:roster_withdraw": Address(_SENDERS, {"wuxi": _OF_WUXI}, _roster, {"reason": "有误"}),
    **{
        name: Address(MEMBER | OTHER_MEMBERS)
        for name in ("applications:sheet", "rights:sheet", "papers:mine", "papers:archive", "papers:pack")
    },
    **{
        f"papers:{name}": Address(MEMBER | OTHER_MEMBERS, {"own": MEMBER}, _archive) for name in ("whole", "whole_file")
    },
    "calendars:subscription": Address(SIGNED_IN),
    # Whoever knows an address reads it; nobody knows this one.
    "calendars:feed": Address(EVERYBODY, {"unknown": set()}, lambda *_: {"secret": "0" * 43}),
    "entitled:list": Address(MEMBER | OTHER_MEMBERS),
    **{
        f"entitled:{name}": Address(MEMBER | OTHER_MEMBERS, {"own": MEMBER}, _entitlement)
        for name in ("offer", "draft")
    },
    "entitled:calls": Address(_READERS),
    **{f"entitled:{name}": Address(_READERS, {"wuxi": _READ_IN_WUXI}, _call) for name in ("reached", "sheet")},
    "entitled:compute": Address(_SENDERS, {"wuxi": _OF_WUXI}, _call),
}
