"""What ownership adds to a copy of somebody's data, and to closing an account."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from portal.accounts.models import Applicant, User
from portal.ownership.models import Contest, OrganisationPaper
from portal.privacy.extension import Closing, OwnData, OwnFile, described


def _contests(user: User) -> Iterable[dict[str, Any]]:
    for contest in Contest.objects.filter(filed_by=user).select_related("applicant"):
        yield {"单位": contest.applicant.name} | described(contest, "filed_at", "reason", "state", "result", "ended_at")


def _papers(user: User) -> Iterable[OwnFile]:
    for paper in OrganisationPaper.objects.filter(uploaded_by=user):
        yield OwnFile(paper.path, paper.sha256, paper.filename)


def _open_contests(user: User) -> list[str]:
    sides = Contest.objects.open().filter(Q(filed_by=user) | Q(holder=user))
    return [f"{contest.applicant.name}的登记异议正在办理，请待办结。" for contest in sides.select_related("applicant")]


def _has_papers(applicant: Applicant) -> bool:
    return applicant.papers.exists()


OWN_CONTESTS = OwnData("主体材料和登记异议", _contests, _papers)
CLOSING = Closing(obstacles=_open_contests, keeps=_has_papers)
