"""Uploads in chunks: begin, put a chunk, finish; a bad line goes on where it stopped.

Chunks are kept in private storage and counted in a row, so that any host may take the next one.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat

from applications.claims.models import Claim, Evidence
from applications.claims.services.evidence import ALLOWED, ALLOWED_WORDS, Upload, check_quota, lock_for_files
from applications.claims.services.placing import keep_unplaced, use_again
from applications.intake.models import IncomingFile
from applications.intake.names import name_of_path
from applications.intake.services.reading import note_text
from applications.mandates.models import agencies_of
from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError, StaleStateError
from portal.core.files import delete_file
from portal.jobs.services import enqueue_job

OPEN_FILES = "intake.open"
CHUNK_BYTES = 512 * 1024
ARCHIVE_MAX_BYTES = 200 * 1024 * 1024
# Uploads of a claim (or of a person for many) that may be on their way at once; how long one nobody continues is kept.
MAX_OPEN = 100
# What one person may have on the way that belongs to no claim, whose own limit is asked once a file has found it.
MAX_OPEN_BYTES = 1024**3
KEPT_FOR = timedelta(days=2)
_ENDINGS = frozenset(ending for endings in ALLOWED.values() for ending in endings) | {"zip"}
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Begun:
    """An upload to go on with, or, where nothing need be sent, None and why."""

    incoming: IncomingFile | None
    told: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a whole file, in words."""

    told: str


def begin_upload(claim: Claim | None, *, act: ActorContext, filename: str, size: int, sha256: str) -> Begun:
    """Make ready for a file by its name, size in bytes and SHA-256, or go on with the one that was interrupted.

    A file that the claim has is not sent again, and one of the applicant's other claims is used again. Without a claim
    it is for those of the principals of the person's agencies. Raises RefusedError where it can be seen already that it
    will not be taken.
    """
    filename = name_of_path(filename)
    _refuse_early(filename, size)
    if len(sha256) != 64 or not _HEX.issuperset(sha256):
        raise RefusedError("没有写明文件的 SHA-256，请刷新页面后再上传。")
    with transaction.atomic():
        claim = lock_for_files(claim, act) if claim else None
        if act.user is None or not (claim or agencies_of(act.user)):
            raise PermissionDenied
        if claim and (told := _there_already(claim, act, filename, sha256)):
            return Begun(None, told)
        unfinished = IncomingFile.objects.filter(completed_at=None)
        unfinished = unfinished.filter(claim=claim) if claim else unfinished.filter(claim=None, sent_by=act.user)
        if found := unfinished.filter(sent_by=act.user, sha256=sha256, size=size).first():
            return Begun(found)
        on_the_way = unfinished.aggregate(total=Sum("size"))["total"] or 0
        if unfinished.count() >= MAX_OPEN:
            raise RefusedError(f"同时上传的文件最多 {MAX_OPEN} 个。请等前面的传完，或过两天未传完的自动清除后再传。")
        if claim:
            check_quota(claim, size=size + on_the_way)
        elif size + on_the_way > MAX_OPEN_BYTES:
            raise RefusedError(f"正在上传的文件合计最多 {filesizeformat(MAX_OPEN_BYTES)}。请等前面的传完后再传。")
        try:
            with transaction.atomic():
                fresh = IncomingFile.objects.create(
                    claim=claim, sent_by=act.user, filename=filename, size=size, sha256=sha256, begun_at=act.at
                )
        except IntegrityError:
            raise RefusedError(f"“{filename}”写明的大小与先前不同，请刷新页面后再上传。") from None
        return Begun(fresh)


def _refuse_early(filename: str, size: int) -> None:
    ending = PurePath(filename).suffix.lower().removeprefix(".")
    if ending not in _ENDINGS:
        raise RefusedError(f"“{filename}”不是 {ALLOWED_WORDS}，也不是 ZIP。请另存或扫描为 PDF 后再上传。")
    if size <= 0:
        raise RefusedError(f"“{filename}”是空文件，请重新导出或扫描后上传。")
    most = ARCHIVE_MAX_BYTES if ending == "zip" else settings.EVIDENCE_MAX_BYTES
    if size > most:
        remedy = "请分成几个压缩包。" if ending == "zip" else "请降低扫描分辨率（建议 200 dpi）或拆成几个文件上传。"
        raise RefusedError(
            f"“{filename}”有 {filesizeformat(size)}，超过每个文件 {filesizeformat(most)} 的上限。{remedy}"
        )


def _there_already(claim: Claim, act: ActorContext, filename: str, sha256: str) -> str:
    """In words, that the bytes need not be sent: the claim has them, or gets them from another one of the applicant."""
    if found := claim.evidence.filter(file=sha256, removed_at=None).first():
        return already_words(filename, found)
    seen = Evidence.objects.visible_to(act.user) if act.user else Evidence.objects.none()
    own = seen.filter(claim__applicant=claim.applicant_id, file=sha256, removed_at=None)
    if source := own.select_related("claim", "file").first():
        use_again(claim, act=act, sources=[source])
        return f"“{filename}”在本单位其他申报中上传过，已直接选用，没有重复上传。"
    return ""


def already_words(filename: str, found: Evidence) -> str:
    """That a claim has a file already, and under which name."""
    other = f"（名为“{found.filename}”）" if found.filename != filename else ""
    where = "在未归位的文件中" if found.is_unplaced else "已归位"
    return f"“{filename}”本申报中已有{other}，{where}，没有重复保存。"


def put_chunk(incoming: IncomingFile, *, act: ActorContext, offset: int, content: bytes) -> int:
    """Keep the next chunk of a file; how many bytes are there now.

    A chunk that came twice changes nothing. Raises StaleStateError, with the row as `current`, where another one is
    expected, and RefusedError where it is not CHUNK_BYTES long, or as long as what is left.
    """
    with transaction.atomic():
        found = _lock(incoming, act)
        if offset + len(content) <= found.received:
            return found.received
        if offset != found.received:
            raise StaleStateError("接收的位置不同，从已收到的地方继续。", current=found)
        # All are of one size but the last: where each lies is known without asking.
        if len(content) != min(CHUNK_BYTES, found.size - offset):
            raise RefusedError("这一段的大小不对，请刷新页面后再上传。")
        storages["private"].save(found.chunk_at(offset), ContentFile(content))
        found.received += len(content)
        found.save(update_fields=["received"])
        return found.received


def finish_upload(incoming: IncomingFile, *, act: ActorContext) -> Taken:
    """Put the chunks together and take the file into the claim; an archive, and what is for many, is left to a job.

    Raises RefusedError where bytes are missing or changed on the way, and as `keep_unplaced` does; what was refused
    is not kept.
    """
    with transaction.atomic():
        found = _lock(incoming, act)
        if found.received < found.size:
            raise StaleStateError("文件还没有传完。", current=found)
        claim = found.claim
        if found.is_archive or claim is None:
            found.completed_at = found.completed_at or act.at
            found.save(update_fields=["completed_at"])
            enqueue_job(OPEN_FILES, key=str(found.key), payload={"incoming": found.pk})
            return Taken(f"“{found.filename}”已收到，正在{found.being_done}。")
    try:
        with joined_chunks(found) as whole:
            taken = take_file(claim, act=act, filename=found.filename, content=whole.read())
    except RefusedError:
        forget(found)
        raise
    forget(found)
    return taken


def receive_whole(claim: Claim | None, *, act: ActorContext, filename: str, file: UploadedFile[bytes]) -> Taken:
    """Take a file that came in one request, as a browser without script sends it. Raises as `finish_upload` does."""
    size, digest = file.size or 0, hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    begun = begin_upload(claim, act=act, filename=filename, size=size, sha256=digest.hexdigest())
    if begun.incoming is None:
        return Taken(begun.told)
    file.seek(begun.incoming.received)
    for at in range(begun.incoming.received, size, CHUNK_BYTES):
        put_chunk(begun.incoming, act=act, offset=at, content=file.read(CHUNK_BYTES))
    return finish_upload(begun.incoming, act=act)


def take_file(claim: Claim, *, act: ActorContext, filename: str, content: bytes) -> Taken:
    """Check a whole file and keep it in the claim until it is given its place. Raises as `keep_unplaced` does."""
    name = name_of_path(filename)
    evidence, is_new = keep_unplaced(claim, act=act, upload=Upload(name, _file_of(name, content)))
    if evidence.is_unplaced:
        note_text(evidence.file, content)
    return Taken(f"“{name}”已上传。" if is_new else already_words(name, evidence))


def _file_of(name: str, content: bytes) -> UploadedFile[bytes]:
    return UploadedFile(ContentFile(content), name=name, size=len(content))


def _lock(incoming: IncomingFile, act: ActorContext) -> IncomingFile:
    """The upload under its lock, for who sends it. Raises RefusedError where it is gone."""
    found = (
        IncomingFile.objects.select_for_update(of=("self",))
        .select_related("claim")
        .filter(pk=incoming.pk, sent_by=act.user)
        .first()
    )
    if found is None:
        raise RefusedError("这次上传已结束或已过期，请重新选择文件。")
    return found


@contextmanager
def joined_chunks(incoming: IncomingFile) -> Iterator[BinaryIO]:
    """The whole file, open at its beginning. Raises RefusedError where its bytes are not those announced."""
    digest = hashlib.sha256()
    with tempfile.TemporaryFile() as whole:
        for at in range(0, incoming.received, CHUNK_BYTES):
            with suppress(FileNotFoundError), storages["private"].open(incoming.chunk_at(at)) as chunk:
                content = chunk.read()
                digest.update(content)
                whole.write(content)
        if digest.hexdigest() != incoming.sha256:
            raise RefusedError(f"“{incoming.filename}”在传输中有变化，没有保存。请再上传一次。")
        whole.seek(0)
        yield whole


def forget(incoming: IncomingFile, *, keeps_row: bool = False) -> None:
    """Delete an upload's chunks, and its row unless it is still to be read."""
    for at in range(0, incoming.received, CHUNK_BYTES):
        delete_file(incoming.chunk_at(at))
    if not keeps_row:
        IncomingFile.objects.filter(pk=incoming.pk).delete()


def forget_old_uploads() -> None:
    """Delete what nobody continued, and what became of archives. A daily job."""
    for found in IncomingFile.objects.filter(begun_at__lt=clock.now() - KEPT_FOR).iterator():
        forget(found)
