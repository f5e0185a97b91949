"""Private files: uploads checked by their content, bytes kept in `storages["private"]` and handed out as kept.

The storage is a folder, or a bucket that speaks S3 (the settings PRIVATE_S3_…); nothing else in the portal knows which.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import tempfile
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePath

import filetype
from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404
from django.template.defaultfilters import filesizeformat

from portal.core.errors import RefusedError
from portal.core.file_safety import refuse_unsafe
from portal.core.spreadsheets import XLSX

logger = logging.getLogger(__name__)

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = XLSX
_SNIFFED_BYTES = 8192
_PDF_HEAD_BYTES = 1024
# Office files are ZIP archives; the part that tells which, and the one that would bring a program along.
_OFFICE_PARTS = {"word/document.xml": WORD, "xl/workbook.xml": EXCEL}
_MACROS = "vbaProject.bin"
# Files of Office before 2007, and encrypted ones of today.
_OLD_OFFICE = "application/x-ole-storage"


class FileChangedError(Exception):
    """The stored bytes are not those whose hash was kept."""


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
    """The media type of the bytes.

    Raises RefusedError where it is not allowed, the name says another, or the file cannot be opened or is dangerous.
    """
    size = file.size or 0
    if size == 0:
        raise RefusedError(f"“{name}”是空文件，请重新导出或扫描后上传。")
    if size > allowed.max_bytes:
        raise RefusedError(
            f"“{name}”有 {filesizeformat(size)}，超过每个文件 {filesizeformat(allowed.max_bytes)} 的上限。"
            "请降低扫描分辨率（建议 200 dpi）或拆成几个文件上传。"
        )
    media_type = _sniff(file)
    if media_type == _OLD_OFFICE and {WORD, EXCEL} & allowed.endings.keys():
        raise RefusedError(f"“{name}”设有打开密码，或是旧版 Office 格式。请去除密码，另存为 .docx 或 .xlsx 后再上传。")
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
    refuse_unsafe(name, file, media_type=media_type)
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
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _OLD_OFFICE
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
    """Keep an upload under its hash in a folder of private storage, the same bytes once."""
    digest, size = hashlib.sha256(), 0
    for chunk in file.chunks():
        digest.update(chunk)
        size += len(chunk)
    kept = KeptFile(digest.hexdigest(), size)
    name = kept_name(folder, kept.sha256)
    if not storages["private"].exists(name):
        storages["private"].save(name, file)
    return kept


def keep_bytes(name: str, content: bytes) -> None:
    """Keep bytes under a name of private storage, in place of what was there."""
    storages["private"].save(name, ContentFile(content))


def kept_name(folder: str, sha256: str) -> str:
    """The name in private storage of bytes that are kept under their hash."""
    return f"{folder}/{sha256[:2]}/{sha256}"


def delete_file(name: str) -> None:
    """Destroy the bytes under a name; none there is no error."""
    storages["private"].delete(name)


def open_file(name: str, *, sha256: str) -> File[bytes]:
    """The bytes under a name, which the caller closes. Raises FileNotFoundError, FileChangedError for another hash."""
    file: File[bytes] = storages["private"].open(name)
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    if digest.hexdigest() != sha256:
        file.close()
        raise FileChangedError(name)
    file.seek(0)
    return file


def file_response(
    name: str, *, sha256: str, filename: str, media_type: str, as_attachment: bool = True
) -> FileResponse:
    """Hand out the bytes under a name. 404 where they are gone, or are not those whose hash was kept."""
    try:
        file = open_file(name, sha256=sha256)
    except (FileNotFoundError, FileChangedError) as error:
        logger.exception("The private file %s is missing or has changed.", name)
        raise Http404 from error
    return FileResponse(
        file,
        as_attachment=as_attachment,
        filename=filename,
        content_type=media_type,
        headers={"X-Content-Type-Options": "nosniff"},
    )


# How the name of a file begins that is being written.
_UNFINISHED = ".incoming-"


def delete_unfinished(*, older_than: timedelta = timedelta(days=1)) -> None:
    """Delete what a process that was killed in the middle of writing left in the private folder. A daily job."""
    latest = time.time() - older_than.total_seconds()
    for path in Path(settings.PRIVATE_DIR).rglob(f"{_UNFINISHED}*"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < latest:
                path.unlink()


class PrivateFolder(FileSystemStorage):
    """The folder PRIVATE_DIR. A file is put in place whole or not at all, and replaces one that is there.

    It is written beside its place and moved there in one step: a row that is written afterwards, and a file that is
    there, agree after any crash.
    """

    @property
    def base_location(self) -> str:
        return str(settings.PRIVATE_DIR)

    @property
    def location(self) -> str:
        return str(Path(settings.PRIVATE_DIR).absolute())

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: File[bytes]) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)
        try:
            with os.fdopen(handle, "wb") as target:
                for chunk in content.chunks():
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
        return name
