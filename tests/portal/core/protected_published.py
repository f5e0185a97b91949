"""Rows of policies, calls, offices and days that the chain holds, and what somebody changes past the portal."""

from datetime import date

from django.core.files.base import ContentFile

from applications.claims.enums import ClaimStatus
from applications.claims.models import CorrectionPoint
from applications.ledger.models import LimitBucket
from policies.calls.models import CallAttachment, CallItem
from portal.accounts.models import Appointment
from portal.core.files import keep_file
from portal.recusal.models import Recusal
from portal.workdays.models import WorkdayOverride
from tests.factories import (
    ApplicantFactory,
    CallFactory,
    ClaimFactory,
    ItemVersionFactory,
    UserFactory,
    make_official,
    wuxi,
)


def _call_item():
    return CallItem.objects.create(call=CallFactory(), item=ItemVersionFactory().item)


def _call_attachment():
    kept = keep_file(ContentFile(b"paper"), folder=CallAttachment.FOLDER)
    return CallAttachment.objects.create(
        call=CallFactory(),
        filename="a.pdf",
        sha256=kept.sha256,
        size=kept.size,
        media_type="application/pdf",
        added_by=UserFactory(),
    )


def _correction_point():
    claim = ClaimFactory(status=ClaimStatus.SUBMITTED)
    return CorrectionPoint.objects.create(claim=claim, round=1, field_label="甲", remark="请补", asked_by=UserFactory())


OPEN_PUBLISHED_ROWS = {
    "accounts.appointment": (
        lambda: Appointment.objects.get(user=make_official("city_officer", wuxi())),
        {"role": "decision_maker"},
    ),
    "recusal.recusal": (
        lambda: Recusal.objects.create(
            user=UserFactory(), applicant=ApplicantFactory(), ground="relative", reason="亲属"
        ),
        {"until": date(2026, 3, 2)},
    ),
    "workdays.workdayoverride": (
        lambda: WorkdayOverride.objects.create(day=date(2026, 3, 14), is_workday=True, basis="调休"),
        {"is_workday": False},
    ),
    "policies.policydocument": (lambda: ItemVersionFactory().item.document, {"effective_to": date(2026, 3, 2)}),
    "policies.supportitem": (lambda: ItemVersionFactory().item, {"claimable": False}),
    "calls.call": (CallFactory, {"budget": 9}),
    "calls.callitem": (_call_item, {"quota": 9}),
    "calls.callattachment": (_call_attachment, {"filename": "b.pdf"}),
    "applications.correctionpoint": (_correction_point, {"remark": "不必补"}),
    "ledger.limitbucket": (lambda: LimitBucket.objects.create(key="k", label="限额"), {"key": "k2"}),
}
