"""Hand in the papers of an organisation, check them, and take a provider's word for it."""

from collections.abc import Mapping
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse

from portal.accounts.areas import covers_now
from portal.accounts.enums import Role, VerificationAction
from portal.accounts.models import Applicant, User
from portal.accounts.selectors import officers_of
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.files import PDF, Allowed, check_file, keep_file
from portal.notifications.services import notify_applicant, notify_users
from portal.ownership.enums import CHECKERS, CheckOutcome, PaperKind
from portal.ownership.models import Contest, OrganisationCheck, OrganisationPaper
from portal.ownership.selectors import papers_digest, papers_of
from portal.ownership.workflow import VERIFICATION
from portal.recusal.permissions import refuse_recused

ENDINGS = {PDF: ("pdf",), "image/png": ("png",), "image/jpeg": ("jpg", "jpeg")}
ALLOWED_WORDS = "PDF、PNG 或 JPG"
Files = Mapping[str, "UploadedFile[bytes]"]


def hand_in_papers(applicant: Applicant, *, files: Files, act: ActorContext) -> None:
    """Keep papers of an organisation by kind and put them before the district's acceptance officers.

    A kind that was handed in before may be left out. Raises PermissionDenied for who does not act for it, RefusedError
    naming the file where one is missing or cannot be taken, or the organisation is verified.
    """
    if not files:
        raise RefusedError("请选择要上传的文件。", field=PaperKind.LICENCE)
    checked = check_papers(files)
    with transaction.atomic():
        locked = _lock(applicant)
        if act.user is None or not locked.memberships.filter(user=act.user).exists():
            raise PermissionDenied("只有本单位成员可以提交材料。")
        VERIFICATION.check(locked, VerificationAction.HAND_IN)
        kept = keep_papers(locked, files=files, media_types=checked, act=act)
        present = {paper.kind for paper in papers_of(locked)}
        for kind in PaperKind:
            if kind not in present:
                raise RefusedError(f"请上传{kind.label}。", field=kind)
        before, after = VERIFICATION.move(locked, VerificationAction.HAND_IN)
        notify_users(
            officers_of(locked.region_id, role=Role.ACCEPTANCE),
            "ownership.papers_waiting",
            key=f"verification:{locked.pk}:{max(paper.pk for paper in papers_of(locked))}",
            url=reverse("ownership:organisation", args=[locked.pk]),
            region_code=locked.region_id,
            applicant=locked.name,
            uscc=locked.uscc,
        )
        record_audit(
            act,
            action="ownership.handed_in",
            target=locked,
            region_code=locked.region_id,
            before=before,
            after={**after, "papers": [paper.filename for paper in kept]},
        )


def check_papers(files: Files) -> dict[str, str]:
    """The media type of each file by its kind. Raises RefusedError with the kind as its field."""
    found = {}
    for kind, file in files.items():
        allowed = Allowed(ENDINGS, ALLOWED_WORDS, settings.EVIDENCE_MAX_BYTES)
        try:
            found[kind] = check_file(file.name or "", file, allowed=allowed)
        except RefusedError as error:
            raise RefusedError(str(error), field=kind) from None
    return found


def keep_papers(
    applicant: Applicant,
    *,
    files: Files,
    media_types: Mapping[str, str],
    act: ActorContext,
    contest: Contest | None = None,
) -> list[OrganisationPaper]:
    """Keep files that `check_papers` let through, in the caller's transaction."""
    if act.user is None:
        raise PermissionDenied
    kept = []
    for kind, file in files.items():
        stored = keep_file(file, folder=OrganisationPaper.FOLDER)
        kept.append(
            OrganisationPaper.objects.create(
                applicant=applicant,
                contest=contest,
                kind=kind,
                filename=PurePath(file.name or "").name[-200:],
                sha256=stored.sha256,
                size=stored.size,
                media_type=media_types[kind],
                uploaded_by=act.user,
                uploaded_at=act.at,
            )
        )
    return kept


def check_organisation(
    applicant: Applicant, *, seen: str, confirm: bool, reason: str, act: ActorContext
) -> OrganisationCheck:
    """Conclude on the papers that wait: they show who acts for the organisation, or do not and say why.

    `seen` is `papers_digest` of what the officer's page showed. Raises PermissionDenied for who is no acceptance
    officer of the district, RefusedError for a member, without a reason to reject, and where newer papers came.
    """
    action = VerificationAction.CONFIRM if confirm else VerificationAction.REJECT
    with transaction.atomic():
        locked = _lock(applicant)
        officer = check_officer(locked, act=act)
        VERIFICATION.check(locked, action, reason=reason)
        if papers_digest(locked) != seen:
            raise RefusedError("本页打开后，该单位的名称、法定代表人或材料有变化。请查看最新内容后再办理。")
        check = OrganisationCheck.objects.create(
            applicant=locked,
            outcome=CheckOutcome.CONFIRMED if confirm else CheckOutcome.REJECTED,
            name=locked.name,
            legal_representative=locked.legal_representative,
            reason=reason.strip(),
            source="营业执照、授权委托书",
            by=officer,
            at=act.at,
        )
        move_verification(locked, action, check=check, act=act)
    return check


def move_verification(
    locked: Applicant, action: VerificationAction, *, check: OrganisationCheck, act: ActorContext
) -> None:
    """Write a locked organisation's next state after a check, notify its members, and record both."""
    before, after = VERIFICATION.move(locked, action)
    passed = check.outcome == CheckOutcome.CONFIRMED
    notify_applicant(
        locked.pk,
        "ownership.verified" if passed else "ownership.rejected",
        key=f"verification:check:{check.pk}",
        url=reverse("ownership:papers", args=[locked.pk]),
        region_code=locked.region_id,
        applicant=locked.name,
        source=check.source,
        reason=check.reason,
    )
    record_audit(
        act,
        action="ownership.verified" if passed else "ownership.rejected",
        target=locked,
        region_code=locked.region_id,
        before=before,
        after={**after, "reason": check.reason, "source": check.source},
    )


def check_officer(applicant: Applicant, *, act: ActorContext, roles: tuple[Role, ...] = CHECKERS) -> User:
    """The officer who acts. Raises PermissionDenied for who has not the duty here, RefusedError for a member."""
    if act.user is None or not covers_now(act.user, applicant.region_id, *roles):
        raise PermissionDenied("只有注册地的受理人员可以核验。")
    refuse_recused(act.user, applicant.pk)
    return act.user


def _lock(applicant: Applicant) -> Applicant:
    return Applicant.objects.select_for_update(of=("self",)).get(pk=applicant.pk)
