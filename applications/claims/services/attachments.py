"""Files that come with a message or a report: what of them is taken, and their bytes kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any, TypeAlias

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from applications.claims.services.evidence import ALLOWED, ALLOWED_WORDS
from portal.core.errors import RefusedError
from portal.core.files import Allowed, check_file, keep_file

Files: TypeAlias = "Sequence[UploadedFile[bytes]]"
# Of one message or report.
MOST_FILES = 5


def check_attachments(files: Files, *, most: int = MOST_FILES) -> list[str]:
    """The media type of each file. Raises RefusedError naming `files` for too many and for one that is not taken."""
    if len(files) > most:
        raise RefusedError(f"一次最多上传 {most} 个附件，请分几次发送。", "files")
    allowed = Allowed(ALLOWED, ALLOWED_WORDS, settings.EVIDENCE_MAX_BYTES)
    try:
        return [check_file(file.name or "", file, allowed=allowed) for file in files]
    except RefusedError as error:
        raise RefusedError(str(error), "files") from None


def kept_attachments(files: Files, media_types: Sequence[str], *, folder: str) -> Iterator[dict[str, Any]]:
    """Keep the bytes of checked files in private storage; yields what a row says of each."""
    for file, media_type in zip(files, media_types, strict=True):
        stored = keep_file(file, folder=folder)
        yield {
            "filename": PurePath(file.name or "").name[-200:],
            "sha256": stored.sha256,
            "size": stored.size,
            "media_type": media_type,
        }
