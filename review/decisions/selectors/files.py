"""A claim's files for its officers: as small pictures, and as one ZIP archive made while it is sent."""

import zipfile
from collections.abc import Iterable, Iterator

from django.core.cache import cache

from applications.claims.models import StoredFile
from portal.core import file_reader
from portal.core.files import FileChangedError, open_file
from portal.core.isolated import IsolatedError, run_isolated
from review.decisions.selectors.shown_files import ShownEvidence

# A4 upright on three columns of the frame, sharp on screens of two pixels a point.
THUMBNAIL_PIXELS = 320
_KEPT_SECONDS = 24 * 3600
# A machine that was too busy to draw a file is asked again.
_FAILED_SECONDS = 60
_DRAWING_SECONDS = 5


def thumbnail_of(stored: StoredFile) -> bytes:
    """The first page of a file as a small JPEG; b"" where it is gone or cannot be drawn. Kept for a day by its hash."""
    key = f"review:thumbnail:{THUMBNAIL_PIXELS}:{stored.sha256}"
    found: bytes | None = cache.get(key)
    if found is None:
        found = _drawn(stored)
        cache.set(key, found, _KEPT_SECONDS if found else _FAILED_SECONDS)
    return found


def _drawn(stored: StoredFile) -> bytes:
    try:
        with open_file(stored.path, sha256=stored.sha256) as source:
            content = source.read()
        return run_isolated(
            file_reader.__file__, "picture", str(THUMBNAIL_PIXELS), content=content, cpu_seconds=_DRAWING_SECONDS
        )
    except (FileNotFoundError, FileChangedError, IsolatedError):
        return b""


class _Written:
    """Takes what `zipfile` writes, until it is handed on."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        self._written += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def take(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken


def archive_name(number: int, shown: ShownEvidence) -> str:
    """The name in the archive: running number, line, requirement, and the file's own name."""
    line = f"第{shown.line_number}项" if shown.line_number else "整件"
    name = f"{number:03d} {line} {shown.requirement} {shown.evidence.filename}"
    return "".join("_" if character in '/\\:*?"<>|' or character < " " else character for character in name)


def zipped(files: Iterable[ShownEvidence]) -> Iterator[bytes]:
    """The archive piece by piece; what is missing in private storage, or was changed there, is named in a list."""
    written, missing = _Written(), []
    with zipfile.ZipFile(written, "w") as archive:  # type: ignore[call-overload]
        for number, shown in enumerate(files, start=1):
            name, stored = archive_name(number, shown), shown.evidence.file
            try:
                source = open_file(stored.path, sha256=stored.sha256)
            except (FileNotFoundError, FileChangedError):
                missing.append(name)
                continue
            with source, archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as target:
                for chunk in source.chunks():
                    target.write(chunk)
                    yield written.take()
        if missing:
            archive.writestr("缺少的材料.txt", "\n".join(missing))
    yield written.take()
