"""The table of accesses to the checks: findings, answers, sheets of registers and settings."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from portal.core.files import keep_bytes, kept_name
from portal.core.registers import RegisterKind
from review.checks.enums import SheetState
from review.checks.models import CheckSetting, RegisterSheet
from tests.access_address import Address
from tests.access_groups import AUDITORS, FINANCE_PEOPLE, OFFICERS_SEE, POLICY_PEOPLE, PUBLISHERS, REVIEWERS
from tests.access_world import AUDIT, POLICY, World
from tests.factories import wuxi

ANSWERERS = REVIEWERS | FINANCE_PEOPLE
REGISTRARS = PUBLISHERS | POLICY_PEOPLE | AUDITORS


def _sheet(world: World, _variant: str) -> dict[str, Any]:
    content = b"sheet"
    sha256 = hashlib.sha256(content).hexdigest()
    keep_bytes(kept_name(RegisterSheet.FOLDER, sha256), content)
    sheet, _ = RegisterSheet.objects.get_or_create(
        region=wuxi(),
        kind=RegisterKind.ABNORMAL,
        as_of=date(2026, 3, 2),
        sha256=sha256,
        defaults={
            "source": "通报",
            "filename": "名单.xlsx",
            "size": len(content),
            "state": SheetState.IN_FORCE,
            "uploaded_by": world.people["city_officer"],
        },
    )
    return {"key": sheet.key}


def _setting(world: World, _variant: str) -> dict[str, Any]:
    setting, _ = CheckSetting.objects.get_or_create(
        item=world.claims["draft"].item,
        name="dates",
        defaults={"value": "notice", "proposed_by": world.people["policy_admin"]},
    )
    return {"key": setting.key}


CHECKS: dict[str, Address] = {
    "checks:findings": Address(REVIEWERS | AUDITORS),
    "checks:findings_export": Address(REVIEWERS | AUDITORS),
    "checks:answer": Address(
        ANSWERERS,
        {variant: them & ANSWERERS for variant, them in OFFICERS_SEE.items()},
        lambda world, variant: {"key": world.claims[variant].key},
    ),
    "checks:registers": Address(REGISTRARS),
    "checks:register_file": Address(REGISTRARS, {"wuxi": {"city_officer", *POLICY, *AUDIT}}, _sheet),
    "checks:decide_register": Address(PUBLISHERS | POLICY_PEOPLE, {"wuxi": {"city_officer", *POLICY}}, _sheet),
    "checks:settings": Address(POLICY_PEOPLE),
    "checks:decide_setting": Address(POLICY_PEOPLE, {"wuxi": POLICY}, _setting),
}
