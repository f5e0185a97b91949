"""The table of accesses to objections that are filed online."""

from __future__ import annotations

import hashlib
from typing import Any

from portal.core.files import PDF, keep_bytes, kept_name
from review.objections.models import Filing
from tests.access_address import Address
from tests.access_groups import LIST_PEOPLE
from tests.access_world import CITY, EVERYBODY, World


def _filing(world: World, _variant: str) -> dict[str, Any]:
    content = b"%PDF-1.7 objection"
    sha256 = hashlib.sha256(content).hexdigest()
    keep_bytes(kept_name(Filing.FOLDER, sha256), content)
    given: dict[str, Any] = {
        "name": "赵实名",
        "contact": "13700000000",
        "text": "不符",
        "filename": "a.pdf",
        "media_type": PDF,
    }
    given |= {"sha256": sha256, "size": len(content)}
    filing, _ = Filing.objects.get_or_create(code="ACCESS", entry=world.extra["entry"], defaults=given)
    return {"key": filing.key}


OBJECTIONS: dict[str, Address] = {
    "objections:list": Address(LIST_PEOPLE),
    "objections:rule": Address(LIST_PEOPLE),
    "objections:new": Address(
        EVERYBODY, {"listed": EVERYBODY}, lambda world, _variant: {"entry": world.extra["entry"].pk}
    ),
    "objections:receipt": Address(EVERYBODY),
    "objections:follow": Address(EVERYBODY),
    "objections:filing": Address(LIST_PEOPLE, {"wuxi": CITY}, _filing),
    "objections:file": Address(LIST_PEOPLE, {"wuxi": CITY}, _filing),
}
