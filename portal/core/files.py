"""Uploaded files: told by their content, kept once under their SHA-256 in private storage, and read back in pieces."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import filetype
from django.conf import settings
from django.template.defaultfilters import filesizeformat

from portal.core.errors import RefusedError
from portal.core.spreadsheets import XLSX

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.core.files.uploadedfile import UploadedFile

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = XLSX
_SNIFFED_BYTES = 8192
_PDF_HEAD_BYTES = 1024
_CHUNK_BYTES = 256 * 1024
# Office files are ZIP archives; the part that tells which, and the one that would bring a program along.
_OFFICE_PARTS = {"word/document.xml": WORD, "xl/workbook.xml": EXCEL}
_MACROS = "vbaProject.bin"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be uploaded at a place: media types with their endings, the types in words, and the most bytes."""

    endings: Mapping[str, tuple[str, ...]]
    words: str
    max_bytes: int


@dataclass(frozen=True, slots=True)
class KeptFile:
    """Bytes in private storage: under which hash, and how many."""

    sha256: str
    size: int


def check_file(name: str, file: UploadedFile[bytes], *, allowed: Allowed) -> str:
    """The media type of the bytes. Raises RefusedError where it is not allowed, or the name says another."""
    size = file.size or 0
    if size == 0:
        raise RefusedError(f"“{name}”是空文件，请重新导出或扫描后上传。")
    if size > allowed.max_bytes:
        raise RefusedError(
            f"“{name}”有 {filesizeformat(size)}，超过每个文件 {filesizeformat(allowed.max_bytes)} 的上限。"
            "请降低扫描分辨率（建议 200 dpi）或拆成几个文件上传。"
        )
    media_type = _sniff(file)
    if media_type not in allowed.endings:
        raise RefusedError(
            f"“{name}”的内容不是 {allowed.words}。请另存或扫描为 PDF 后再上传，只改文件名的后缀不起作用。"
        )
    ending = PurePath(name).suffix.lower().removeprefix(".")
    if ending not in allowed.endings[media_type]:
        right = allowed.endings[media_type][0]
        raise RefusedError(
            f"“{name}”的后缀与内容不符：内容是 {right.upper()}。请将文件名的后缀改为 .{right} 后再上传。"
        )
    return media_type


def _sniff(file: UploadedFile[bytes]) -> str:
    """The media type that the content shows, "" where it shows none."""
    file.seek(0)
    head = file.read(_SNIFFED_BYTES)
    file.seek(0)
    # The standard lets up to 1,024 bytes stand before a PDF's own beginning, and scanners make use of it.
    if b"%PDF-" in head[:_PDF_HEAD_BYTES]:
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _office_type(file)
    kind = filetype.guess(head)
    return str(kind.mime) if kind is not None else ""


def _office_type(file: UploadedFile[bytes]) -> str:
    """The media type of an office file by the parts that it holds, "" for other archives and for one with macros."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return ""
    finally:
        file.seek(0)
    if any(part.endswith(_MACROS) for part in parts):
        return ""
    return next((media_type for part, media_type in _OFFICE_PARTS.items() if part in parts), "")


def keep_file(file: UploadedFile[bytes], *, folder: str) -> KeptFile:
    """Write the bytes to a folder of private storage, the same bytes once.

    They are written beside their place and moved there in one step: a row that is written afterwards, and a file that
    is there, agree after any crash.
    """
    digest = hashlib.sha256()
    place = Path(settings.PRIVATE_DIR) / folder
    place.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place, prefix=".incoming-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as target:
            file.seek(0)
            for chunk in file.chunks():
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        kept = KeptFile(digest.hexdigest(), temporary.stat().st_size)
        path = kept_path(folder, kept.sha256)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return kept


def kept_path(folder: str, sha256: str) -> Path:
    """Where bytes of a folder lie."""
    return Path(settings.PRIVATE_DIR) / folder / sha256[:2] / sha256


def read_pieces(path: Path) -> Iterator[bytes]:
    """A file's bytes; it is opened when they are wanted and closed behind the last."""
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK_BYTES):
            yield chunk
