"""Archives of all papers: asked for, made by a job claim by claim, handed out while one may still read all of it."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import datetime

from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction
from django.http import FileResponse
from django.urls import reverse

from applications.claims.models import Claim
from applications.claims.visibility import own_side
from applications.mandates.enums import Right
from portal.accounts.models import User
from portal.audit.security import record_export
from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.files import delete_file, file_response, kept_name
from portal.jobs.models import Job
from portal.jobs.progress import report_progress
from portal.jobs.services import enqueue_job
from portal.notifications.services import notify_users
from review.notices.enums import NoticeEventKind
from review.notices.lifecycle import record_looks
from review.notices.models import Notice
from review.papers.models import KEPT_DAYS, Archive
from review.papers.selectors import files_of, papers_of

JOB = "papers.archive"
FILENAME = "我的文件.zip"
_PART = 256 * 1024


def ask_archive(user: User, *, applicant_id: int | None, act: ActorContext) -> Archive:
    """Ask for a ZIP of all papers; one that is being made already is the one that is asked for."""
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=user.pk)
        whose = {"applicant": applicant_id} if applicant_id else {"applicant__isnull": True}
        open_one = Archive.objects.filter(user=person, ready_at=None, **whose).first()
        if open_one is not None:
            return open_one
        made = Archive.objects.create(user=person, applicant_id=applicant_id, asked_at=act.at)
        enqueue_job(JOB, key=str(made.pk), payload={"archive_id": made.pk})
    return made


def job_of(archive: Archive) -> Job | None:
    """The job that makes an archive, with its progress."""
    return Job.objects.filter(kind=JOB, key=str(archive.pk)).first()


def fill_archive(archive_id: int) -> None:
    """Pack what the person may read now, a page of claims at a time, and tell them. A job; idempotent."""
    archive = Archive.objects.select_related("user").filter(pk=archive_id, ready_at=None).first()
    if archive is None:
        return
    claims = Claim.objects.filter(own_side(archive.user, right=Right.READ), submitted_at__isnull=False)
    claims = claims.filter(applicant=archive.applicant_id) if archive.applicant_id else claims
    total, packed, after = max(claims.count(), 1), list[int](), ""
    with tempfile.TemporaryFile() as target:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as whole:
            while True:
                page = papers_of(archive.user, applicant_id=archive.applicant_id, after=after)
                for row in page.rows:
                    for name, content in files_of([row], archive.user):
                        whole.writestr(_unique(name, row.claim.number), content())
                    packed.append(row.claim.pk)
                    # The last step is the row's own, below.
                    report_progress(min(len(packed), total - 1), total)
                if not (after := page.next_cursor):
                    break
        size = target.tell()
        digest = _digest(target)
        name = kept_name(Archive.FOLDER, digest)
        if not storages["private"].exists(name):
            target.seek(0)
            storages["private"].save(name, File(target))
    with transaction.atomic():
        filled = Archive.objects.filter(pk=archive_id, ready_at=None).update(
            claims=packed, sha256=digest, size=size, ready_at=clock.now()
        )
        if filled:
            notify_users(
                [archive.user],
                "papers.ready",
                key=f"papers.archive:{archive_id}",
                url=reverse("papers:whole", args=[archive.key]),
                count=len(packed),
                days=KEPT_DAYS,
            )
    report_progress(total, total)


def _unique(name: str, number: str | None) -> str:
    """A text that belongs to no folder gets that of its claim: each claim may bring one."""
    return name if "/" in name else f"{number}/{name}"


def _digest(target: object) -> str:
    digest = hashlib.sha256()
    target.seek(0)  # type: ignore[attr-defined]
    while part := target.read(_PART):  # type: ignore[attr-defined]
        digest.update(part)
    return digest.hexdigest()


def hand_out(archive: Archive, *, act: ActorContext) -> FileResponse:
    """The archive's bytes, its export on record. Raises RefusedError where the person may no longer read all of it."""
    claims = Claim.objects.filter(own_side(archive.user, right=Right.READ), pk__in=archive.claims)
    applicants = dict(claims.values_list("pk", "applicant_id"))
    if len(applicants) != len(archive.claims):
        raise RefusedError("您现在不能查看其中的部分申报，这份打包不能再下载。请重新打包。")
    notices = Notice.objects.filter(claim__in=archive.claims, voided_at=None).select_related("claim")
    record_looks(notices, NoticeEventKind.DOWNLOADED, act=act)
    record_export(
        act,
        filename=FILENAME,
        sha256=archive.sha256,
        rows=len(archive.claims),
        filters=f"全部 {len(archive.claims)} 件",
        applicants=set(applicants.values()),
    )
    return file_response(archive.path, sha256=archive.sha256, filename=FILENAME, media_type="application/zip")


def remove_archives(rows: Sequence[Archive], _at: datetime) -> None:
    """Take archives away with their bytes."""
    for archive in rows:
        if archive.sha256:
            delete_file(archive.path)
        archive.delete()
