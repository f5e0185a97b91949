"""The table of accesses to mandates: both sides see theirs; officials of the place once it stands on a paper."""

from __future__ import annotations

from typing import Any

from tests.access_address import Address
from tests.access_world import (
    AGENT,
    AUDIT,
    CITY,
    DISTRICT,
    FINANCE,
    MEMBER,
    OFFICIALS,
    OTHER_AGENTS,
    OTHER_MEMBERS,
    SIGNED_IN,
    World,
)

_ENTER = MEMBER | OTHER_MEMBERS
_SIDES = {"standing": MEMBER | AGENT, "asked": MEMBER | OTHER_AGENTS}
_ON_PAPER = {**_SIDES, "standing": _SIDES["standing"] | DISTRICT | CITY | FINANCE | AUDIT}


def _mandate(world: World, variant: str) -> dict[str, Any]:
    return {"key": world.extra[f"mandate_{variant}"].key}


MANDATES: dict[str, Address] = {
    "mandates:list": Address(_ENTER),
    "mandates:new": Address(_ENTER, arguments=lambda *_: {"side": "principal"}),
    "mandates:mandate": Address(_ENTER, _SIDES, _mandate),
    "mandates:hand_in": Address(_ENTER, _SIDES, _mandate),
    "mandates:act": Address(_ENTER, _SIDES, _mandate, {"action": "confirm"}),
    "mandates:paper": Address(_ENTER | OFFICIALS, _ON_PAPER, _mandate),
    **{f"clients:{page}": Address(AGENT | OTHER_AGENTS) for page in ("board", "lines", "files")},
    "intake:begin_many": Address(AGENT | OTHER_AGENTS, post={"name": "证书.pdf", "size": "9", "sha256": "0" * 64}),
    **{
        f"intake:{name}": Address(
            AGENT | OTHER_AGENTS, {"own": AGENT}, lambda world, _: {"upload": world.extra["incoming_many"].key}
        )
        for name in ("chunk_many", "finish_many")
    },
    "clients:template": Address(
        AGENT | OTHER_AGENTS, arguments=lambda world, _: {"code": world.claims["draft"].item.code}
    ),
    "documents:mandate": Address(SIGNED_IN, _ON_PAPER, _mandate),
}
