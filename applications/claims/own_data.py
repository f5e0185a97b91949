"""What claims add to a copy of somebody's data, to closing an account, and to the times of keeping."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from applications.claims.enums import UNDER_REVIEW, ClaimStatus
from applications.claims.models import Claim, ClaimQuerySet, Evidence
from applications.claims.services.erasure import erase_drafts, erase_drafts_of, saved_before
from portal.accounts.enums import ApplicantKind
from portal.accounts.models import Applicant, User
from portal.privacy.extension import Closing, OwnData, OwnFile, Retention, described

_OPEN = UNDER_REVIEW | {ClaimStatus.APPROVED}


def _own_claims(user: User) -> ClaimQuerySet:
    """The claims of a person as an individual, and those that they filled in for others."""
    acting = [membership.applicant_id for membership in user.active_memberships]
    own = Q(applicant__kind=ApplicantKind.INDIVIDUAL) | Q(created_by=user)
    return Claim.objects.filter(own, applicant__in=acting).select_related("item", "applicant").order_by("pk")


def _claims(user: User) -> Iterable[dict[str, Any]]:
    names = ("number", "status", "facts", "claimed_amount", "approved_amount", "created_at", "submitted_at")
    for claim in _own_claims(user).prefetch_related("lines"):
        lines = [line.facts for line in claim.lines.all()]
        yield {"申报主体": claim.applicant.name, "事项": claim.item.title} | described(claim, *names) | {"明细": lines}


def _files(user: User) -> Iterable[OwnFile]:
    used = Evidence.objects.filter(claim__in=_own_claims(user), removed_at=None).select_related("file", "claim")
    for evidence in used.order_by("pk"):
        folder = evidence.claim.number or f"草稿{evidence.claim_id}"
        name = f"申报材料/{folder}/{evidence.pk}-{evidence.filename.replace('/', '_')}"
        yield OwnFile(evidence.file.path, evidence.file_id, name)


def _open_claims(user: User) -> list[str]:
    owned = user.memberships.filter(is_owner=True).values("applicant")
    mine = Q(applicant__in=owned) | Q(created_by=user, applicant__in=user.memberships.values("applicant"))
    found = Claim.objects.filter(mine, status__in=_OPEN).select_related("item").order_by("pk")
    return [f"申报 {claim}现为“{claim.applicant_label}”，请待办结，或先撤回。" for claim in found]


def _has_submitted(applicant: Applicant) -> bool:
    return Claim.objects.filter(applicant=applicant).exclude(submitted_at=None).exists()


OWN_CLAIMS = OwnData("申报", _claims, _files)
CLOSING = Closing(_open_claims, _has_submitted, erase_drafts_of)
DRAFTS = Retention("没有提交的草稿及其材料", 365, "供申报单位继续填写", saved_before, erase_drafts)
CLAIMS = Retention("已提交的申报、材料和审核意见", None, "财政资金档案，按《会计档案管理办法》不少于 30 年")
