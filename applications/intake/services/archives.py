"""ZIP archives of evidence: the files in them one by one, what cannot be taken told with its reason. Pure."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from django.conf import settings
from django.template.defaultfilters import filesizeformat

from applications.intake.names import name_of_path
from portal.core.errors import RefusedError

MAX_ENTRIES = 1000
# What all entries together may give, read or refused: a small archive can hold a great deal.
MAX_UNPACKED_BYTES = 1024**3
_CHUNK = 256 * 1024
_END, _END_BYTES, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
_END_64, _END_64_BYTES = b"PK\x06\x07", 20
# Of each entry the table at the archive's end has 46 bytes, its name, and what programs add.
_MAX_TABLE_BYTES = MAX_ENTRIES * 1024
# What systems put into archives beside the files: passed over without a word.
_NOT_FILES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_SYSTEM_FOLDER = "__MACOSX"
_IS_ENCRYPTED, _IS_UTF8 = 0x1, 0x800


def read_archive(whole: BinaryIO, told: list[str]) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each file of an archive; of what cannot be taken, `told` gets the reason.

    Folders are words of the name, so none leads anywhere; what older programs wrote in GBK is read as such. Raises
    RefusedError where it is no archive that can be read, or has more than MAX_ENTRIES entries.
    """
    _refuse_large_table(whole)
    try:
        archive = zipfile.ZipFile(whole)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise RefusedError("压缩包已损坏，无法打开。请重新压缩为 ZIP 后再上传。") from None
    unpacked = 0
    with archive:
        entries = [entry for entry in archive.infolist() if not _is_passed_over(entry)]
        if len(entries) > MAX_ENTRIES:
            raise RefusedError(f"压缩包中有 {len(entries)} 个文件，一次最多 {MAX_ENTRIES} 个。请分成几个压缩包。")
        for entry in entries:
            name = _name_of(entry)
            if unpacked >= MAX_UNPACKED_BYTES:
                most = filesizeformat(MAX_UNPACKED_BYTES)
                told.append(f"“{name}”没有取出：压缩包解开后超过 {most}。请分成几个压缩包。")
                continue
            if name.lower().endswith((".zip", ".rar", ".7z")):
                told.append(f"“{name}”是压缩包中的压缩包，没有取出。请解压后再上传。")
                continue
            if entry.flag_bits & _IS_ENCRYPTED:
                told.append(f"“{name}”设有解压密码，没有取出。请去除密码后再压缩。")
                continue
            try:
                content = _read(archive, entry)
            except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, NotImplementedError):
                told.append(f"“{name}”在压缩包中已损坏，没有取出。请重新压缩后再上传。")
                continue
            unpacked += len(content)
            if len(content) > settings.EVIDENCE_MAX_BYTES:
                most = filesizeformat(settings.EVIDENCE_MAX_BYTES)
                told.append(f"“{name}”超过每个文件 {most} 的上限，没有取出。请降低扫描分辨率或拆开后再上传。")
                continue
            yield name, content


def _refuse_large_table(whole: BinaryIO) -> None:
    """Refuse an archive whose table of entries would take much memory to read, before anything reads it."""
    size = whole.seek(0, io.SEEK_END)
    whole.seek(max(0, size - _END_BYTES - _LONGEST_COMMENT - _END_64_BYTES))
    tail = whole.read()
    whole.seek(0)
    at = tail.rfind(_END)
    if at < 0 or at + _END_BYTES > len(tail):
        raise RefusedError("压缩包不完整，或者不是 ZIP。请重新压缩为 ZIP 后再上传。")
    table_bytes = int.from_bytes(tail[at + 12 : at + 16], "little")
    is_long = tail[max(0, at - _END_64_BYTES) : at].startswith(_END_64)
    if is_long or table_bytes > _MAX_TABLE_BYTES:
        raise RefusedError(f"压缩包中的文件太多，一次最多 {MAX_ENTRIES} 个。请分成几个压缩包。")


def _is_passed_over(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    return entry.is_dir() or path.name in _NOT_FILES or _SYSTEM_FOLDER in path.parts


def _name_of(entry: zipfile.ZipInfo) -> str:
    """The entry's name with its folders; without the mark of UTF-8 it is that, or GBK."""
    written = entry.filename
    if not entry.flag_bits & _IS_UTF8:
        raw = written.encode("cp437", "replace")
        try:
            written = raw.decode("utf-8")
        except UnicodeDecodeError:
            written = raw.decode("gb18030", "replace")
    return name_of_path(written)


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """An entry's bytes, at most one more than a file may have, whatever its head says."""
    most, content = settings.EVIDENCE_MAX_BYTES + 1, bytearray()
    with archive.open(entry) as file:
        while len(content) < most and (chunk := file.read(min(_CHUNK, most - len(content)))):
            content += chunk
    return bytes(content)
