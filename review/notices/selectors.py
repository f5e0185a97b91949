"""Find notices, read their files, and check them against their hashes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.files import File
from django.db.models import Q, QuerySet

from applications.claims.models import Claim
from applications.claims.visibility import own_side
from applications.mandates.enums import Right
from portal.accounts.models import User
from portal.core.files import FileChangedError, open_file
from portal.core.regions import in_trees
from portal.core.searching import contains
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from review.notices.enums import FileState, NoticeKind, NoticeState
from review.notices.models import KEEPERS, Notice

if TYPE_CHECKING:
    from review.notices.seals.checking import Signature

# More than these at once have one cause, which the first ones show.
MOST_FAILED = 20


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """What an office's list is narrowed to; "" narrows nothing."""

    q: str = ""
    state: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A notice that could not be made: its job and its claim."""

    job: Job
    claim: Claim


class NoticeFileError(Exception):
    """The stored file is not, or no longer, what was printed; `state` says which."""

    def __init__(self, state: FileState) -> None:
        super().__init__(state.label)
        self.state = state


def own_notices(user: User) -> QuerySet[Notice]:
    """Notices to the applicants that this person acts for, newest first."""
    notices = Notice.objects.filter(own_side(user, "claim__", right=Right.READ))
    return notices.select_related("claim__item", "claim__applicant").order_by("-issued_on", "-pk")


def kept_notices(user: User, asked: NoticeFilter) -> QuerySet[Notice]:
    """The notices of the person's offices that a filter names, newest first when paged by key."""
    notices = Notice.objects.kept_by(user).select_related("claim__applicant", "claim__item", "replaced_by")
    if asked.state == NoticeState.VOID:
        notices = notices.exclude(voided_at=None)
    elif asked.state:
        notices = notices.filter(voided_at=None, rendered_at__isnull=asked.state == NoticeState.PENDING)
    if asked.kind:
        notices = notices.filter(kind=asked.kind)
    if asked.q:
        notices = notices.filter(
            contains(asked.q, "number", "claim__applicant__name") | Q(claim__number__iendswith=asked.q)
        )
    return notices


def kept_notice(user: User, code: str) -> Notice | None:
    """One of them, with what happened to it."""
    notices = Notice.objects.kept_by(user).select_related(
        "claim__applicant", "claim__item", "region__parent", "replaces", "replaced_by"
    )
    return notices.prefetch_related("events__user").filter(code=code).first()


def failed_jobs(user: User) -> list[FailedJob]:
    """Jobs of notices of the person's offices that were given up, oldest first. Two queries at most."""
    dead = Job.objects.filter(kind__startswith="notices.", state=JobState.DEAD).order_by("pk")
    jobs = list(dead.filter(in_trees("region_code", user.regions_for(*KEEPERS)))[:MOST_FAILED])
    ids = [job.payload["claim_id"] for job in jobs if "claim_id" in job.payload]
    claims = Claim.objects.visible_to(user).select_related("applicant", "item").in_bulk(ids) if ids else {}
    return [FailedJob(job, claims[pk]) for job in jobs if (pk := job.payload.get("claim_id")) in claims]


def notices_of(claim: Claim, *, user: User) -> list[Notice]:
    """The notices on a claim, in the order of their issue; none for a person who may not see the claim."""
    return list(Notice.objects.visible_to(user).filter(claim=claim).order_by("pk"))


def valid_notice(claim_id: int, kind: NoticeKind, occasion: int = 0) -> Notice | None:
    """The notice of a kind and occasion that is made and not void, if there is one."""
    made = Notice.objects.filter(claim_id=claim_id, kind=kind, voided_at=None, rendered_at__isnull=False)
    return made.filter(occasion=occasion).first()


def clean_code(text: str) -> str:
    """A verification code as it is stored, from what a person typed: spaces, hyphens, width and case do not count."""
    return re.sub(r"[\s\-‐–—]", "", unicodedata.normalize("NFKC", text)).upper()


def find_by_code(text: str) -> Notice | None:
    """The notice of a verification code, for the public page; None where there is none."""
    return Notice.objects.select_related("region", "replaced_by").filter(code=clean_code(text)).first()


def find_by_hash(sha256: str) -> Notice | None:
    """The notice whose file has this hash; None where there is none."""
    return Notice.objects.select_related("region", "replaced_by").filter(sha256=sha256).first() if sha256 else None


def successor_number(notice: Notice) -> str:
    """The number of the notice that stands in the place of a void one; "" where there is none."""
    successor: Notice | None = getattr(notice, "replaced_by", None)
    return successor.number if successor else ""


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


def printed_file(notice: Notice) -> tuple[str, str] | None:
    """The name and SHA-256 of a notice's file, None before it is printed."""
    return (notice.path, notice.sha256) if notice.rendered_at else None


def file_state(notice: Notice) -> FileState:
    """How the stored file stands now."""
    try:
        open_notice(notice).close()
    except NoticeFileError as error:
        return error.state
    return FileState.INTACT


def look_at_file(notice: Notice) -> tuple[FileState, Signature | None]:
    """How the stored file stands now, and its signature; None where it is not as it was printed."""
    from review.notices.seals.checking import check_signature  # noqa: PLC0415 - 20 MB that few processes need

    try:
        with open_notice(notice) as file:
            return FileState.INTACT, check_signature(file.read(), at=notice.rendered_at)
    except NoticeFileError as error:
        return error.state, None
