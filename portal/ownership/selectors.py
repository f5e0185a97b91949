"""Read what shows who an organisation belongs to, and what waits for an officer."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from portal.accounts.enums import Verification
from portal.accounts.models import Applicant, Membership, User
from portal.core.errors import RefusedError
from portal.core.identifiers import normalise_identifier
from portal.core.regions import in_trees
from portal.ownership.enums import CHECKERS, CONFIRMERS, PaperKind
from portal.ownership.models import Contest, OrganisationCheck, OrganisationPaper

FROZEN = "该单位有登记异议正在处理，办结前不能变更成员、名称、地区和收款账户，也不能受理、审定、批准申报和拨付资金。"
SHOWN_AT_MOST = 200


def is_disputed(applicant_id: int) -> bool:
    """Whether somebody contests who the organisation belongs to, and nobody has decided yet."""
    return Contest.objects.open().filter(applicant_id=applicant_id).exists()


def disputed_among(applicant_ids: Collection[int]) -> frozenset[int]:
    """Those of the organisations that are contested, in one query."""
    found = Contest.objects.open().filter(applicant_id__in=applicant_ids)
    return frozenset(found.values_list("applicant_id", flat=True))


def refuse_disputed(applicant_id: int) -> None:
    """Raise RefusedError while the organisation is contested. The caller has locked it."""
    if is_disputed(applicant_id):
        raise RefusedError(FROZEN)


def acceptance_problem(applicant: Applicant) -> str:
    """Why no claim of the organisation can be accepted, with the remedy; "" where one can."""
    if is_disputed(applicant.pk):
        return FROZEN
    if applicant.is_verified:
        return ""
    if applicant.verification == Verification.SUBMITTED:
        return "该单位的主体材料尚未核验。请先在本页“主体核验”中核对营业执照和授权委托书。"
    return "该单位尚未提交主体材料，不能受理。请联系该单位在“主体核验”中上传营业执照和授权委托书，核验后再受理。"


def papers_of(applicant: Applicant) -> list[OrganisationPaper]:
    """The papers of those who act for an organisation now, the newest of each kind; with no contest's."""
    members = Membership.objects.filter(applicant=applicant).values("user_id")
    found = applicant.papers.filter(contest=None, uploaded_by__in=members).select_related("uploaded_by")
    newest = {paper.kind: paper for paper in found.order_by("pk")}
    return [newest[kind] for kind in PaperKind if kind in newest]


def papers_digest(applicant: Applicant) -> str:
    """What a check concludes on: name, code, legal representative, and the papers by their hashes."""
    papers = [paper.sha256[:12] for paper in papers_of(applicant)]
    return "|".join([applicant.name, applicant.uscc or "", applicant.legal_representative, *papers])


def last_check(applicant: Applicant) -> OrganisationCheck | None:
    """What was found last."""
    return applicant.checks.select_related("by").order_by("-pk").first()


def check_page(applicant: Applicant) -> dict[str, Any]:
    """What an officer checks an organisation by, for templates."""
    return {
        "applicant": applicant,
        "papers": papers_of(applicant),
        "check": last_check(applicant),
        "seen": papers_digest(applicant),
        "waits": applicant.verification == Verification.SUBMITTED,
    }


def waiting_organisations(user: User) -> QuerySet[Applicant]:
    """Organisations of one's districts whose papers wait, the longest first."""
    here = in_trees("region__code", user.regions_for(*CHECKERS))
    found = Applicant.objects.filter(here, verification=Verification.SUBMITTED)
    return found.select_related("region__parent").order_by("pk")


def contests_for(user: User, *, open_ones: bool) -> QuerySet[Contest]:
    """The contests that an officer works on, the oldest first; or those that ended, the latest first."""
    here = Contest.objects.filter(in_trees("region_code", user.regions_for(*CONFIRMERS)))
    found = here.open().order_by("pk") if open_ones else here.exclude(ended_at=None).order_by("-ended_at")
    return found.select_related("applicant", "filed_by", "proposed_by", "decided_by")


def own_contests(user: User) -> QuerySet[Contest]:
    """The contests that a person filed, or has to answer."""
    sides = Contest.objects.filter(filed_by=user) | Contest.objects.filter(holder=user)
    return sides.select_related("applicant").order_by("-pk")


def registered(uscc: str) -> Applicant | None:
    """The organisation of a credit code as people type it."""
    return Applicant.objects.filter(uscc=normalise_identifier(uscc)).first()
