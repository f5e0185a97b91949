"""The table of accesses to what officers set up for their own work, and write down beside claims."""

import uuid
from typing import Any

from tests.access_address import Address
from tests.access_groups import ADMINS, OFFICERS_SEE, POLICY_PEOPLE, READERS, REVIEWERS
from tests.access_world import ADMIN, POLICY, World


def _saved_filter(world: World, _variant: str) -> dict[str, Any]:
    return {"pk": world.extra["saved_filter"].pk}


def _point(world: World, _variant: str) -> dict[str, Any]:
    return {"pk": world.extra["checklist_point"].pk}


def _claim(world: World, variant: str) -> dict[str, Any]:
    return {"key": world.claims[variant].key}


def _no_picture(world: World, _variant: str) -> dict[str, Any]:
    return {"key": next(iter(world.claims.values())).key, "evidence": uuid.uuid4()}


def _claims_for(people: set[str]) -> dict[str, set[str]]:
    return {variant: them & people for variant, them in OFFICERS_SEE.items()}


DESK: dict[str, Address] = {
    "desk:save_filter": Address(REVIEWERS),
    "desk:delete_filter": Address(REVIEWERS, {"own": {"district_first"}}, _saved_filter),
    "checklists:points": Address(ADMINS | POLICY_PEOPLE),
    "checklists:retire": Address(ADMINS | POLICY_PEOPLE, {"wuxi": ADMIN | POLICY}, _point),
    "checklists:answer": Address(REVIEWERS, _claims_for(REVIEWERS), _claim),
    "notes:add": Address(READERS, _claims_for(READERS), _claim),
    "review:archive": Address(READERS, _claims_for(READERS), _claim),
    "review:picture": Address(READERS, {"wuxi": set()}, _no_picture),
    "review:thumbnail": Address(READERS, {"wuxi": set()}, _no_picture),
    "review:thumbnails": Address(READERS, _claims_for(READERS), _claim),
}
