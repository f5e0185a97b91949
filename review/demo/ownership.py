"""Demo organisations whose papers wait for an officer, and one whose registration is contested."""

from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from portal.accounts.enums import ApplicantKind, SizeClass, Verification
from portal.accounts.models import Applicant
from portal.core.actor import ActorContext
from portal.ownership.enums import PaperKind
from portal.ownership.services.contests import file_contest
from portal.ownership.services.papers import Files, hand_in_papers
from review.demo.papers import sample_paper
from review.demo.people import body, user_named

_NEW = (
    ("无锡鼋头渚视觉技术有限公司", Verification.SUBMITTED),
    ("无锡梅梁湖软件有限公司", Verification.UNVERIFIED),
)


def load_ownership(applicants: list[Applicant], *, now: datetime) -> None:
    """Register two organisations that nobody has verified, one with papers, and contest the fifth of the demo's."""
    for index, (name, state) in enumerate(_NEW, start=40):
        made = body(
            index, name, ApplicantKind.ENTERPRISE, SizeClass.SMALL, "320211", verification=Verification.UNVERIFIED
        )
        owner = made.memberships.get(is_owner=True).user
        if state == Verification.SUBMITTED and not made.papers.exists():
            hand_in_papers(made, files=_papers(name), act=ActorContext(user=owner, at=now))
    contested = applicants[4]
    if not contested.contests.exists():
        rival = ActorContext(user=user_named("yiyi", "庄异议"), at=now)
        reason = "本人为单位法定代表人委托的经办人，现登记人已于去年离职。"
        file_contest(uscc=contested.uscc or "", reason=reason, files=_papers(contested.name), act=rival)


def _papers(name: str) -> Files:
    return {
        kind: SimpleUploadedFile(f"{kind.label}.pdf", sample_paper(kind.label, unique=f"{name} {kind}"))
        for kind in PaperKind
    }
