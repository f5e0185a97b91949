"""Find notices, read their files, and check them against their hashes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.http import content_disposition_header

from review.notices.enums import FileState
from review.notices.models import Notice

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from applications.claims.models import Claim
    from portal.accounts.models import User


class NoticeFileError(Exception):
    """The stored file is not, or no longer, what was printed; `state` says which."""

    def __init__(self, state: FileState) -> None:
        super().__init__(state.label)
        self.state = state


def own_notices(user: User) -> QuerySet[Notice]:
    """Notices to the applicants that this person acts for, newest first."""
    applicants = [membership.applicant_id for membership in user.active_memberships]
    notices = Notice.objects.visible_to(user).filter(claim__applicant_id__in=applicants)
    return notices.select_related("claim__item", "claim__applicant").order_by("-issued_on", "-pk")


def notices_of(claim: Claim, *, user: User) -> list[Notice]:
    """The notices on a claim, in the order of their issue; none for a person who may not see the claim."""
    return list(Notice.objects.visible_to(user).filter(claim=claim).order_by("pk"))


def clean_code(text: str) -> str:
    """A verification code as it is stored, from what a person typed: spaces, hyphens, width and case do not count."""
    return re.sub(r"[\s\-‐–—]", "", unicodedata.normalize("NFKC", text)).upper()


def find_by_code(text: str) -> Notice | None:
    """The notice of a verification code, for the public page; None where there is none."""
    return Notice.objects.select_related("region").filter(code=clean_code(text)).first()


def read_file(notice: Notice) -> bytes:
    """The bytes that were printed. Raises NoticeFileError rather than give out anything else."""
    if not notice.rendered_at:
        raise NoticeFileError(FileState.PENDING)
    try:
        content = (Path(settings.PRIVATE_DIR) / notice.path).read_bytes()
    except FileNotFoundError:
        raise NoticeFileError(FileState.MISSING) from None
    if hashlib.sha256(content).hexdigest() != notice.sha256:
        raise NoticeFileError(FileState.CHANGED)
    return content


def file_state(notice: Notice) -> FileState:
    """How the stored file stands now."""
    try:
        read_file(notice)
    except NoticeFileError as error:
        return error.state
    return FileState.INTACT


def disposition(notice: Notice) -> str:
    """The header that saves the file under its kind and number."""
    return (
        content_disposition_header(as_attachment=True, filename=f"{notice.get_kind_display()} {notice.number}.pdf")
        or ""
    )
