"""An organisation that somebody registered, its papers, and the officers who check them."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portal.accounts.enums import Role, Verification
from portal.accounts.models import Applicant, User
from portal.core.files import keep_file
from portal.ownership.enums import ContestState, PaperKind
from portal.ownership.models import Contest, OrganisationCheck, OrganisationPaper
from portal.ownership.selectors import papers_digest
from portal.ownership.services.contests import file_contest
from portal.ownership.services.papers import check_organisation, hand_in_papers
from tests.factories import ApplicantFactory, UserFactory, act, binhu, make_member, make_official
from tests.files import make_pdf


def pdf(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{text}.pdf", make_pdf(text=text), content_type="application/pdf")


def papers(of: str = "own") -> dict[str, Any]:
    """A licence and a letter of authority."""
    return {"licence": pdf(f"{of}-licence"), "authority": pdf(f"{of}-authority")}


def unverified() -> tuple[Applicant, User]:
    """An organisation whose papers nobody has seen, and its owner."""
    applicant = ApplicantFactory(verification=Verification.UNVERIFIED)
    return applicant, make_member(applicant)


def waiting() -> tuple[Applicant, User]:
    """One whose papers wait for an officer."""
    applicant, owner = unverified()
    hand_in_papers(applicant, files=papers(), act=act(owner))
    applicant.refresh_from_db()
    return applicant, owner


def check(applicant: Applicant, officer: User, *, confirm: bool = True, reason: str = "") -> None:
    check_organisation(applicant, seen=papers_digest(applicant), confirm=confirm, reason=reason, act=act(officer))
    applicant.refresh_from_db()


def acceptance_officer() -> User:
    return make_official(Role.ACCEPTANCE, binhu())


def contest_of(applicant: Applicant, *, holder: User | None, rival: User | None) -> dict[str, Any]:
    """Rows of a contest that ended, with a paper of each side kept in the store."""
    at = timezone.now()
    contest = Contest.objects.create(
        applicant=applicant,
        region_code=applicant.region_id,
        filed_by=rival,
        reason="登记有误",
        holder=holder,
        answer_due=at.date(),
        state=ContestState.WITHDRAWN,
        ended_at=at,
    )
    made: dict[str, Any] = {"contest": contest}
    for whose, by in (("own", holder), ("rival", rival)):
        kept = keep_file(pdf(whose), folder=OrganisationPaper.FOLDER)
        made[f"paper_{whose}"] = OrganisationPaper.objects.create(
            applicant=applicant,
            contest=contest if whose == "rival" else None,
            kind=PaperKind.LICENCE,
            filename=f"{whose}.pdf",
            sha256=kept.sha256,
            size=kept.size,
            media_type="application/pdf",
            uploaded_by=by,
        )
    return made


def contest_row(part: str) -> Any:
    """A contest that ended, or a paper of one of its sides."""
    return contest_of(ApplicantFactory(), holder=make_member(), rival=make_member())[part]


def organisation_check() -> OrganisationCheck:
    """A finding on an organisation."""
    return OrganisationCheck.objects.create(applicant=ApplicantFactory(), outcome="confirmed", name="甲", source="执照")


def contested(applicant: Applicant | None = None) -> tuple[Contest, User]:
    """A contest of a verified organisation with an owner (a new one unless given), and who filed it."""
    applicant = applicant or make_member().memberships.get().applicant
    person = UserFactory()
    contest = file_contest(uscc=applicant.uscc or "", reason="我是法定代表人", files=papers("rival"), act=act(person))
    return contest, person
