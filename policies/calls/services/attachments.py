"""Files of a call: checked, kept under their SHA-256, and for everybody once the call is published."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import PurePath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from policies.calls.enums import CallState, ChangeKind, FilePurpose
from policies.calls.models import Call, CallAttachment, CallChange
from policies.calls.services.drafts import lock_draft
from policies.calls.services.plans import lock_call
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.files import EXCEL, PDF, WORD, Allowed, check_file, keep_file

MAX_ATTACHMENTS = 60
ENDINGS = {PDF: ("pdf",), WORD: ("docx",), EXCEL: ("xlsx",), "image/png": ("png",), "image/jpeg": ("jpg", "jpeg")}
ALLOWED_WORDS = "PDF、Word（.docx）、Excel（.xlsx）、PNG 或 JPG"


@dataclass(frozen=True, slots=True)
class Material:
    """A material that a file helps with: as template or sample, of which item of the call, by the material's code."""

    purpose: FilePurpose
    item_id: int
    requirement: str


def add_attachment(
    call: Call,
    *,
    name: str,
    file: UploadedFile[bytes],
    act: ActorContext,
    reason: str = "",
    material: Material | None = None,
) -> CallAttachment:
    """Check a file, keep it, and attach it, to the notice or to a material; the same file again is the one there is.

    To a published call only with a reason, which everybody reads. Raises RefusedError with the remedy.
    """
    try:
        media_type = check_file(name, file, allowed=Allowed(ENDINGS, ALLOWED_WORDS, settings.EVIDENCE_MAX_BYTES))
    except RefusedError as error:
        raise RefusedError(str(error), "file") from None
    with transaction.atomic():
        call = lock_call(call, act=act)
        assert act.user is not None  # noqa: S101 - lock_call let only an administrator through
        if call.state == CallState.WITHDRAWN:
            raise RefusedError("该通知已撤销，不能再增加附件。")
        if call.state == CallState.PUBLISHED and not reason.strip():
            raise RefusedError("通知已经发布，增加附件请写明理由，理由会在通知页面公布。", "reason")
        if call.attachments.count() >= MAX_ATTACHMENTS:
            raise RefusedError(f"一份通知最多 {MAX_ATTACHMENTS} 个附件，请合并后再上传。", "file")
        kept = keep_file(file, folder=CallAttachment.FOLDER)
        short = PurePath(name).name[-200:]
        attachment, is_new = CallAttachment.objects.get_or_create(
            call=call,
            sha256=kept.sha256,
            defaults={
                "filename": short,
                "size": kept.size,
                "media_type": media_type,
                "added_by": act.user,
                "added_at": act.at,
                **(asdict(material) if material else {}),
            },
        )
        if not is_new:
            return attachment
        if call.state == CallState.PUBLISHED:
            CallChange.objects.create(
                call=call,
                kind=ChangeKind.AMENDED,
                differences=[["增加附件", "", short]],
                reason=reason.strip(),
                by=act.user,
                at=act.at,
            )
        record_audit(
            act,
            action="calls.attach",
            target=call,
            region_code=call.region_id,
            after={"filename": short, "sha256": kept.sha256},
        )
        return attachment


def remove_attachment(attachment: CallAttachment, *, act: ActorContext) -> None:
    """Take a file off a draft; one that is gone already is no error. Raises RefusedError once it is published."""
    with transaction.atomic():
        call = lock_draft(attachment.call, act=act)
        if not call.attachments.filter(pk=attachment.pk).delete()[0]:
            return
        record_audit(
            act,
            action="calls.detach",
            target=call,
            region_code=call.region_id,
            before={"filename": attachment.filename, "sha256": attachment.sha256},
        )
