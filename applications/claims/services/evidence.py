"""Evidence: checked by its content, kept once under its SHA-256, attached to one requirement of a claim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat

from applications.claims.models import Claim, ClaimLine, Evidence, StoredFile
from applications.claims.permissions import right_to_write, stands_for
from applications.claims.selectors.scope import editable_scope, evidence_requirement
from applications.claims.services.transitions import lock_claim
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.files import PDF, Allowed, check_file, delete_file, keep_file
from portal.core.statements import A_KEY, Lookup

# What may be uploaded: the content's type, and the endings that go with it.
ALLOWED = {
    PDF: ("pdf",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
}
ALLOWED_WORDS = "PDF、PNG 或 JPG"
# What other apps do, by the SHA-256, with what they know of a file whose bytes are destroyed.
AFTER_PURGE: list[Callable[[str], None]] = []


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: its own name, and its bytes."""

    filename: str
    file: UploadedFile[bytes]


def add_evidence(claim: Claim, *, act: ActorContext, requirement: str, line_id: int | None, upload: Upload) -> Evidence:
    """Check a file, keep it, and attach it to a requirement of the claim (of one line where the requirement says so).

    Raises RefusedError with the remedy where the file is empty, too large, of another type than allowed or than its
    name says, cannot be opened or is dangerous, where there is no room for it, where the claim cannot be changed
    now, or where the line is about a defence patent.
    """
    media_type = check_upload(upload)
    with transaction.atomic():
        claim = lock_for_files(claim, act)
        line = line_of(claim, line_id)
        check_place(claim, requirement, line)
        refuse_defence(line)
        check_quota(claim, size=upload.file.size or 0)
        stored = store_file(upload.file, media_type=media_type, act=act)
        return attach(claim, act=act, requirement=requirement, line=line, stored=stored, filename=upload.filename)


def reuse_evidence(
    claim: Claim, *, act: ActorContext, requirement: str, line_id: int | None, source: Evidence
) -> Evidence:
    """Attach a file that the same applicant uploaded to one of its claims before, without uploading it again."""
    if source.claim.applicant_id != claim.applicant_id:
        raise RefusedError("只能选用本单位以前上传的材料。")
    with transaction.atomic():
        claim = lock_for_files(claim, act)
        line = line_of(claim, line_id)
        check_place(claim, requirement, line)
        refuse_defence(line)
        check_quota(claim, size=0)
        return attach(claim, act=act, requirement=requirement, line=line, stored=source.file, filename=source.filename)


def remove_evidence(evidence: Evidence, *, act: ActorContext) -> None:
    """Take a file off its claim; the record stays. In a correction only files that were asked for may be removed."""
    with transaction.atomic():
        claim = lock_for_files(evidence.claim, act)
        evidence = Evidence.objects.select_for_update(of=("self",)).select_related("line").get(pk=evidence.pk)
        if evidence.removed_at is not None:
            return
        if not editable_scope(claim).may_remove(evidence):
            raise RefusedError(f"补正要求没有涉及“{evidence.filename}”，不能删除；可以补充上传新的材料。")
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


def purge_line_evidence(line: ClaimLine, *, act: ActorContext) -> None:
    """Take every file off a line that turned out to be a defence patent's, and destroy the bytes nobody else uses.

    To be called in the transaction that marks the line; the bytes go after its commit, the records stay.
    """
    for evidence in line.evidence.filter(removed_at=None):
        purge_evidence(evidence, act=act)


def purge_evidence(evidence: Evidence, *, act: ActorContext) -> None:
    """Take a file off its claim, and destroy its bytes after commit where nobody else uses them; the record stays."""
    evidence.removed_at = evidence.removed_at or act.at
    evidence.save(update_fields=["removed_at"])
    if not Evidence.objects.filter(file_id=evidence.file_id, removed_at=None).exists():
        transaction.on_commit(partial(delete_file, evidence.file.path))
        for forget in AFTER_PURGE:
            forget(evidence.file_id)
    record_audit(
        act,
        action="evidence.purge",
        target=evidence,
        region_code=evidence.claim.region_id,
        after={"sha256": evidence.file_id, "removed_at": evidence.removed_at},
    )


def check_upload(upload: Upload) -> str:
    """The media type of the bytes. Raises RefusedError where it is not allowed, or the name says another."""
    return check_file(
        upload.filename, upload.file, allowed=Allowed(ALLOWED, ALLOWED_WORDS, settings.EVIDENCE_MAX_BYTES)
    )


def store_file(file: UploadedFile[bytes], *, media_type: str, act: ActorContext) -> StoredFile:
    """Keep the bytes under their SHA-256; the same bytes are kept once. A row without bytes cannot be."""
    kept = keep_file(file, folder=StoredFile.FOLDER)
    found, _ = StoredFile.objects.get_or_create(
        sha256=kept.sha256, defaults={"size": kept.size, "media_type": media_type, "stored_at": act.at}
    )
    return found


def lock_for_files(claim: Claim, act: ActorContext) -> Claim:
    """The claim under its lock, refused with RefusedError unless this person may add and take off its files now."""
    claim = lock_claim(claim.pk)
    if not claim.is_editable:
        raise RefusedError(f"该申报现为“{claim.applicant_label}”，不能再增删材料。")
    if not stands_for(act.user, claim, right_to_write(claim)):
        raise RefusedError("只有申报单位的成员，或有相应权限的受托代理机构可以增删材料。")
    return claim


def line_of(claim: Claim, line_id: int | None) -> ClaimLine | None:
    """A line of the claim, None where none is asked for. Raises RefusedError for one that is gone."""
    if line_id is None:
        return None
    line = claim.lines.filter(pk=line_id).first()
    if line is None:
        raise RefusedError("该项明细已被删除，请刷新页面后再上传。")
    return line


def check_place(claim: Claim, requirement: str, line: ClaimLine | None) -> None:
    """Raise RefusedError where the claim's item asks for no such paper there."""
    wanted = evidence_requirement(claim, requirement)
    if wanted is None or (wanted.per == "line") != (line is not None):
        raise RefusedError("该事项没有这一材料要求，请刷新页面后再上传。")


def refuse_defence(line: ClaimLine | None) -> None:
    """Raise RefusedError for a line that is a defence patent's."""
    if line is not None and line.is_defence:
        raise RefusedError("国防专利的材料不得上传到互联网平台，文件没有保存。请联系受理部门线下递交，由工作人员登记。")


# The files of a claim, removed ones too.
_files = Lookup(
    lambda claim: Evidence.objects.filter(claim=claim).values_list("file_id", "file__size", "removed_at"), A_KEY
)


def check_quota(claim: Claim, *, size: int) -> None:
    """Refuse a file that a claim or its applicant has no room for.

    The same file in many places counts once. Removed files are kept, and their bytes count.
    """
    files = _files(claim.pk)
    if len({file for file, _, removed_at in files if removed_at is None}) >= settings.CLAIM_MAX_FILES:
        raise RefusedError(f"一份申报最多 {settings.CLAIM_MAX_FILES} 个文件。请删除不需要的，或合并后再上传。")
    theirs = Evidence.objects.filter(claim__applicant=claim.applicant_id)
    kept = StoredFile.objects.filter(pk__in=theirs.values("file_id")).aggregate(total=Sum("size"))["total"]
    for most, whose, held in (
        (settings.CLAIM_MAX_BYTES, "这份申报", sum({file: length for file, length, _ in files}.values())),
        (settings.APPLICANT_MAX_BYTES, "本单位各项申报", kept or 0),
    ):
        if held + size > most:
            raise RefusedError(
                f"{whose}的文件合计不能超过 {filesizeformat(most)}，文件没有保存。"
                "请降低扫描分辨率（建议 200 dpi）后再上传。"
            )


def attach(
    claim: Claim, *, act: ActorContext, requirement: str, line: ClaimLine | None, stored: StoredFile, filename: str
) -> Evidence:
    """Write down that a stored file is at a place of a locked claim; the same file there again is the one it has."""
    assert act.user is not None  # noqa: S101 - lock_for_files let only a person through
    existing = claim.evidence.filter(requirement=requirement, line=line, file=stored, removed_at=None).first()
    if existing is not None:
        return existing
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
