"""Evidence: told by its content, kept once under its SHA-256, attached to one requirement of a claim."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import filetype
from django.conf import settings
from django.db import transaction
from django.template.defaultfilters import filesizeformat

from applications.models import Claim, ClaimLine, Evidence, StoredFile
from applications.permissions import acts_for_applicant
from applications.selectors.scope import editable_scope, evidence_requirement
from applications.services.transitions import lock_claim
from portal.audit.services import record_audit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files.uploadedfile import UploadedFile

    from portal.act import Act

# What may be uploaded: the content's type, and the endings that go with it.
ALLOWED = {
    "application/pdf": ("pdf",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
}
ALLOWED_WORDS = "PDF、PNG 或 JPG"
_SNIFFED_BYTES = 8192
_PDF_HEAD_BYTES = 1024


class EvidenceRefusedError(Exception):
    """A file or a change of evidence that cannot be taken. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: its own name, and its bytes."""

    filename: str
    file: UploadedFile[bytes]


def add_evidence(claim: Claim, *, act: Act, requirement: str, line_id: int | None, upload: Upload) -> Evidence:
    """Check a file, keep it, and attach it to a requirement of the claim (of one line where the requirement says so).

    Raises EvidenceRefusedError with the remedy where the file is empty, too large, of another type than allowed or
    than its name says, where the claim cannot be changed now, or where the line is about a defence patent.
    """
    media_type = check_upload(upload)
    with transaction.atomic():
        claim = _lock_editable(claim, act)
        line = _line_of(claim, line_id)
        _check_place(claim, requirement, line)
        _refuse_defence(line)
        stored = store_file(upload.file, media_type=media_type, act=act)
        return _attach(claim, act=act, requirement=requirement, line=line, stored=stored, filename=upload.filename)


def reuse_evidence(claim: Claim, *, act: Act, requirement: str, line_id: int | None, source: Evidence) -> Evidence:
    """Attach a file that the same applicant uploaded to one of its claims before, without uploading it again."""
    if source.claim.applicant_id != claim.applicant_id:
        raise EvidenceRefusedError("只能选用本单位以前上传的材料。")
    with transaction.atomic():
        claim = _lock_editable(claim, act)
        line = _line_of(claim, line_id)
        _check_place(claim, requirement, line)
        _refuse_defence(line)
        return _attach(claim, act=act, requirement=requirement, line=line, stored=source.file, filename=source.filename)


def remove_evidence(evidence: Evidence, *, act: Act) -> None:
    """Take a file off its claim; the record stays. In a correction only files that were asked for may be removed."""
    with transaction.atomic():
        claim = _lock_editable(evidence.claim, act)
        evidence = Evidence.objects.select_for_update(of=("self",)).select_related("line").get(pk=evidence.pk)
        if evidence.removed_at is not None:
            return
        if not editable_scope(claim).may_remove(evidence):
            raise EvidenceRefusedError(f"补正要求没有涉及“{evidence.filename}”，不能删除；可以补充上传新的材料。")
        evidence.removed_at = act.at
        evidence.save(update_fields=["removed_at"])
        record_audit(
            act,
            action="evidence.remove",
            target=evidence,
            region_code=claim.region_id,
            before={"filename": evidence.filename, "sha256": evidence.file_id},
            after={"removed_at": act.at},
        )


def purge_line_evidence(line: ClaimLine, *, act: Act) -> None:
    """Take every file off a line that turned out to be a defence patent's, and destroy the bytes nobody else uses.

    To be called in the transaction that marks the line; the bytes go after its commit, the records stay.
    """
    for evidence in line.evidence.filter(removed_at=None).select_related("file"):
        evidence.removed_at = act.at
        evidence.save(update_fields=["removed_at"])
        if not Evidence.objects.filter(file_id=evidence.file_id, removed_at=None).exists():
            place = Path(settings.PRIVATE_DIR) / evidence.file.path
            transaction.on_commit(partial(place.unlink, missing_ok=True))
        record_audit(
            act,
            action="evidence.purge",
            target=evidence,
            region_code=line.claim.region_id,
            after={"sha256": evidence.file_id, "removed_at": act.at},
        )


def check_upload(upload: Upload) -> str:
    """The media type of the bytes. Raises EvidenceRefusedError where it is not allowed, or the name says another."""
    name, size = upload.filename, upload.file.size or 0
    if size == 0:
        raise EvidenceRefusedError(f"“{name}”是空文件，请重新导出或扫描后上传。")
    limit = settings.EVIDENCE_MAX_BYTES
    if size > limit:
        raise EvidenceRefusedError(
            f"“{name}”有 {filesizeformat(size)}，超过每个文件 {filesizeformat(limit)} 的上限。"
            "请降低扫描分辨率（建议 200 dpi）或拆成几个文件上传。"
        )
    media_type = _sniff(upload.file)
    if media_type is None:
        raise EvidenceRefusedError(
            f"“{name}”的内容不是 {ALLOWED_WORDS}。请另存或扫描为 PDF 后再上传，只改文件名的后缀不起作用。"
        )
    ending = PurePath(name).suffix.lower().removeprefix(".")
    if ending not in ALLOWED[media_type]:
        right = ALLOWED[media_type][0]
        raise EvidenceRefusedError(
            f"“{name}”的后缀与内容不符：内容是 {right.upper()}。请将文件名的后缀改为 .{right} 后再上传。"
        )
    return media_type


def _sniff(file: UploadedFile[bytes]) -> str | None:
    file.seek(0)
    head = file.read(_SNIFFED_BYTES)
    file.seek(0)
    # The standard lets up to 1,024 bytes stand before a PDF's own beginning, and scanners make use of it.
    if b"%PDF-" in head[:_PDF_HEAD_BYTES]:
        return "application/pdf"
    kind = filetype.guess(head)
    return kind.mime if kind is not None and kind.mime in ALLOWED else None


def store_file(file: UploadedFile[bytes], *, media_type: str, act: Act) -> StoredFile:
    """Keep the bytes under their SHA-256; the same bytes are kept once. The row and the file agree after any crash.

    The file is written beside its place and moved there in one step, before the row is: a row without bytes cannot be.
    """
    digest = hashlib.sha256()
    folder = Path(settings.PRIVATE_DIR) / "evidence"
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".incoming-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as target:
            for chunk in _chunks(file):
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        stored = StoredFile(
            sha256=digest.hexdigest(), size=temporary.stat().st_size, media_type=media_type, stored_at=act.at
        )
        place = Path(settings.PRIVATE_DIR) / stored.path
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)
    found, _ = StoredFile.objects.get_or_create(
        sha256=stored.sha256,
        defaults={"size": stored.size, "media_type": stored.media_type, "stored_at": stored.stored_at},
    )
    return found


def _chunks(file: UploadedFile[bytes]) -> Iterator[bytes]:
    file.seek(0)
    yield from file.chunks()


def _lock_editable(claim: Claim, act: Act) -> Claim:
    claim = lock_claim(claim.pk)
    if not claim.is_editable:
        raise EvidenceRefusedError(f"该申报现为“{claim.applicant_label}”，不能再增删材料。")
    if act.user is None or not acts_for_applicant(act.user, claim):
        raise EvidenceRefusedError("只有申报单位的成员可以增删材料。")
    return claim


def _line_of(claim: Claim, line_id: int | None) -> ClaimLine | None:
    if line_id is None:
        return None
    line = claim.lines.filter(pk=line_id).first()
    if line is None:
        raise EvidenceRefusedError("该项明细已被删除，请刷新页面后再上传。")
    return line


def _check_place(claim: Claim, requirement: str, line: ClaimLine | None) -> None:
    wanted = evidence_requirement(claim, requirement)
    if wanted is None or (wanted.per == "line") != (line is not None):
        raise EvidenceRefusedError("该事项没有这一材料要求，请刷新页面后再上传。")


def _refuse_defence(line: ClaimLine | None) -> None:
    if line is not None and line.is_defence:
        raise EvidenceRefusedError(
            "国防专利的材料不得上传到互联网平台，文件没有保存。请联系受理部门线下递交，由工作人员登记。"
        )


def _attach(
    claim: Claim, *, act: Act, requirement: str, line: ClaimLine | None, stored: StoredFile, filename: str
) -> Evidence:
    assert act.user is not None  # noqa: S101 - _lock_editable let only a member through
    twin = claim.evidence.filter(requirement=requirement, line=line, file=stored, removed_at=None).first()
    if twin is not None:
        return twin
    evidence = Evidence.objects.create(
        claim=claim,
        line=line,
        requirement=requirement,
        file=stored,
        filename=PurePath(filename).name[-200:],
        uploaded_by=act.user,
        uploaded_at=act.at,
    )
    record_audit(
        act,
        action="evidence.add",
        target=evidence,
        region_code=claim.region_id,
        after={"filename": evidence.filename, "sha256": stored.sha256, "requirement": requirement},
    )
    return evidence
