"""A claim's files as one ZIP archive, made while it is sent."""

import zipfile
from collections.abc import Iterable, Iterator

from portal.core.files import FileChangedError, open_file
from review.decisions.selectors.claim_review import ShownEvidence


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
