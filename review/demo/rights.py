"""What demo applicants hold and have not claimed: their registers, an office's roster, and what they get for it."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from applications.entitled.services.computing import compute_call
from applications.rights.models import Right
from applications.rights.rosters import RosterPlan, roster_kinds, take_roster
from applications.rights.selectors import right_kinds
from applications.rights.services import record_many
from policies.calls.enums import CallState
from policies.calls.models import Call
from portal.accounts.models import Applicant, Region, User
from portal.core.actor import ActorContext
from review.demo.scripts import OWN_NAME, annual_fee, loan, madrid, patent_no, pct_grant, with_own_name


def _invention(serial: int, day: str, fees: str) -> dict[str, Any]:
    number = patent_no(serial)
    facts = {"patent_no": number, "patent_kind": "invention", "granted_on": day, "holders": OWN_NAME}
    return facts | ({"fees": fees} if fees else {})


# Kind, facts, and which item it was where no fact tells.
_OF_A_BODY = (
    ("patent", _invention(700101, "2026-05-12", "8,600"), ""),
    ("patent", _invention(700102, "2026-08-21", "4,380.50"), ""),
    ("patent", _invention(700103, "2026-09-04", ""), ""),
    ("annual-fee", annual_fee(700104, 8, "2,000"), ""),
    ("annual-fee", annual_fee(700106, 6, "1,200"), ""),
    ("foreign-patent", pct_grant(700105, "美国", "86,000"), ""),
    ("madrid", madrid(71, "示例云", "13,800"), ""),
    ("loan", loan(7001, "3000000", "25875", "25875", "25593.75", "25312.50"), ""),
    (
        "insurance",
        {
            "policy_no": "PZAB202632020000071",
            "insurer": "示例财产保险无锡分公司",
            "insurance_product": "overseas",
            "insured": "美国发明专利 2 件",
            "signed_on": "2026-06-30",
            "premium": "48,000",
        },
        "",
    ),
    ("gi", {"gi_no": "GI2026000071", "gi_name": "示例杨梅", "registered_on": "2026-07-15"}, ""),
)
_OF_A_PERSON = (("patent", _invention(700201, "2026-07-03", "5,200"), ""),)


def load_rights(applicants: Sequence[Applicant], *, now: datetime) -> None:
    """Record them, once: who empties a register in the demo finds it empty."""
    kinds = right_kinds()
    body = next(applicant for applicant in applicants if not applicant.is_individual)
    person = next(applicant for applicant in applicants if applicant.is_individual)
    for applicant, records in ((body, _OF_A_BODY), (person, _OF_A_PERSON)):
        if Right.objects.filter(applicant=applicant).exists():
            continue
        owner = applicant.memberships.select_related("user").get(is_owner=True).user
        rows = [
            (kinds[kind], with_own_name([facts], applicant.name)[0], item_code)
            for kind, facts, item_code in records
            if kind in kinds
        ]
        record_many(applicant, rows=rows, act=ActorContext(user=owner, at=now))


_ROSTER_KEY = uuid.UUID("5d0c2b5e-0b6e-4f0f-9d59-3d4a1f6f7c02")
# An organisation that the roster names and that is not registered here.
UNREGISTERED = "91320211MA1N00002G"


def load_entitlements(applicants: Sequence[Applicant], officials: Mapping[str, User], *, now: datetime) -> None:
    """Send a roster of certificates in, as the policy administrator does, and compute the calls that are open."""
    event = roster_kinds()["certificate"]
    codes = [applicants[index].uscc for index in (0, 2, 6)]
    lines = [
        {
            "uscc": uscc,
            "certificate_no": f"165IP26{number:04d}R0M",
            "certificate_standard": "gb29490_2023",
            "certificate_body": "示例认证有限公司",
            "certified_on": "2026-06-18",
            "valid_to": "2029-06-17",
        }
        for number, uscc in enumerate([*codes, UNREGISTERED], start=7101)
    ]
    plan = RosterPlan(
        region=Region.objects.get(pk="320200"),
        event=event,
        item_code="",
        title="2026 年上半年通过知识产权贯标认证的单位",
        source="锡知发〔2026〕29号",
        as_of=timezone.localdate(now),
        replaces_papers=True,
    )
    take_roster(plan, lines=lines, key=_ROSTER_KEY, act=ActorContext(officials["zhengce"], now))
    for call in Call.objects.filter(state=CallState.PUBLISHED, opens_at__lte=now, closes_at__gt=now):
        compute_call(call_id=call.pk)
