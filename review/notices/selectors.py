"""Find notices, read their files, and check them against their hashes."""

from __future__ import annotations

import re
import unicodedata

from django.core.files import File
from django.db.models import QuerySet

from applications.claims.models import Claim
from portal.accounts.models import User
from portal.core.files import FileChangedError, open_file
from review.notices.enums import FileState
from review.notices.models import Notice


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


def open_notice(notice: Notice) -> File[bytes]:
    """The file that was printed, which the caller closes. Raises NoticeFileError rather than give out anything else."""
    if not notice.rendered_at:
        raise NoticeFileError(FileState.PENDING)
    try:
        return open_file(notice.path, sha256=notice.sha256)
    except FileNotFoundError:
        raise NoticeFileError(FileState.MISSING) from None
    except FileChangedError:
        raise NoticeFileError(FileState.CHANGED) from None


def file_state(notice: Notice) -> FileState:
    """How the stored file stands now."""
    try:
        open_notice(notice).close()
    except NoticeFileError as error:
        return error.state
    return FileState.INTACT
