"""Read consents, copies and removals."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.db.models import Max, Sum

from portal.accounts.enums import ApplicantKind, OverrideState
from portal.accounts.models import Applicant, Membership, User
from portal.privacy.extension import CLOSINGS, RETENTIONS, Retention
from portal.privacy.models import Consent, DataCopy, Removal
from portal.privacy.notices import current_notice


def has_consented(user: User) -> bool:
    """Whether a person agreed to the version of the notice that holds now."""
    return Consent.objects.filter(user=user, version=current_notice().version).exists()


def copies_of(user: User) -> list[DataCopy]:
    """The copies that a person asked for and that are not over, the newest first."""
    return [copy for copy in DataCopy.objects.visible_to(user) if not copy.is_over]


def is_kept(applicant: Applicant) -> bool:
    """Whether some app must keep records of an applicant."""
    return any(closing.keeps(applicant) for closing in CLOSINGS.values())


def is_alone(membership: Membership) -> bool:
    """Whether nobody else acts for the membership's applicant."""
    return not Membership.objects.filter(applicant=membership.applicant_id).exclude(pk=membership.pk).exists()


def obstacles_to_closing(user: User) -> list[str]:
    """What a person must settle before their account closes, each named with the remedy."""
    held = user.appointments.filter(revoked_at=None).select_related("region__parent")
    asked = user.override_requests.filter(state=OverrideState.PENDING)
    owned = user.memberships.filter(is_owner=True).exclude(applicant__kind=ApplicantKind.INDIVIDUAL)
    left = [m.applicant for m in owned.select_related("applicant") if not is_alone(m) or is_kept(m.applicant)]
    return [
        *(f"您现任{appointment}，请先由系统管理员免去职责。" for appointment in held),
        *(f"{request.name}的代码例外申请正在办理，请待办结。" for request in asked),
        *(f"您是{applicant.name}的负责人，请先在“成员”页移交给另一位成员。" for applicant in left),
        *chain.from_iterable(closing.obstacles(user) for closing in CLOSINGS.values()),
    ]


@dataclass(frozen=True, slots=True)
class KeptKind:
    """A kind of rows with its time of keeping, and what was removed of it: when last, and how many in all."""

    retention: Retention
    last_at: datetime | None
    count: int


def kept_kinds() -> list[KeptKind]:
    """Every kind of rows with its time of keeping, as the apps register them."""
    rows: Iterable[Any] = Removal.objects.order_by().values("kind").annotate(last=Max("at"), total=Sum("count"))
    removed = {row["kind"]: row for row in rows}
    return [
        KeptKind(kind, removed[code]["last"], removed[code]["total"]) if code in removed else KeptKind(kind, None, 0)
        for code, kind in RETENTIONS.items()
    ]
