"""A city with a published policy, an open call, and a roster of its certificates."""

import uuid
from datetime import date
from typing import Any

from applications.rights.models import Roster
from applications.rights.rosters import RosterPlan, roster_kinds, take_roster
from policies.calls.models import Call
from portal.accounts.enums import Role
from portal.accounts.models import Applicant
from tests.applications.worlds import publish
from tests.factories import act, make_official, wuxi


def certificate(applicant: Applicant, **facts: Any) -> dict[str, Any]:
    """A row of a roster: a certificate of the organisation."""
    return {
        "uscc": applicant.uscc,
        "certificate_no": "165IP180001R0M",
        "certificate_standard": "gb29490_2023",
        "certificate_body": "示例认证有限公司",
        "certified_on": "2025-03-01",
        "valid_to": "2099-02-28",
    } | facts


def send_roster(*lines: dict[str, Any], kind: str = "certificate", **plan: Any) -> Roster:
    """A roster that the city's officer sends in (Wuxi's unless told); it replaces papers unless told otherwise."""
    officer = make_official(Role.CITY_OFFICER, plan.get("region") or wuxi())
    given: dict[str, Any] = {
        "region": wuxi(),
        "event": roster_kinds()[kind],
        "item_code": "",
        "title": "贯标认证名册",
        "source": "锡知发〔2026〕8号",
        "as_of": date(2026, 1, 1),
        "replaces_papers": True,
    }
    return take_roster(RosterPlan(**given | plan), lines=lines, key=uuid.uuid4(), act=act(officer))


def open_city() -> Call:
    """The published policy of Wuxi, open in the tests' call."""
    publish()
    return Call.objects.get(number="测试通知")
