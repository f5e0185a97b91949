"""Check a package: 真实 (as recorded), 完整 (nothing missing), 可用 (opens), 安全 (harms nobody). DA/T 70-2018."""

import io
import json
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from portal.audit.offline import HASHES, check_proof, sha256, text_of
from portal.core.errors import RefusedError
from portal.core.file_safety import refuse_unsafe
from portal.core.files import PDF
from review.notices.enums import SignatureState

MANIFEST, LETTERS = "清单.json", "往来/往来消息.json"
REQUIRED = (
    "元数据.json",
    "申报/申报内容.json",
    LETTERS,
    "办理/审查意见.json",
    "办理/办理过程.json",
    "办理/测算.json",
    "审计/记录.jsonl",
    "index.html",
)
MOST_BYTES = 2 * 1024**3
# The portal's own text, which any editor opens.
_TEXTS = {".json", ".jsonl", ".html", ".py"}
_OPENED = {
    ".pdf": PDF,
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a package: under which of the four heads, and what."""

    head: str
    text: str


def check_package(content: bytes, *, recorded: Collection[str] = ()) -> list[Fault]:
    """Every fault of a package, none for a sound one.

    `recorded` are the SHA-256 of manifests that the audit record holds of the claim's packages; without any,
    whether the whole was exchanged cannot be told.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > MOST_BYTES:
                return [Fault("安全", "解压后超过 2 GB")]
            if bad := [entry.filename for entry in entries if not _is_plain(entry)]:
                return [Fault("安全", f"{bad[0]}：文件名越出归档包，或已加密")]
            files = {entry.filename: archive.read(entry) for entry in entries}
            manifest = json.loads(files[MANIFEST])
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, NotImplementedError, EOFError, OSError) as error:
        return [Fault("可用", f"归档包不能打开：{error}")]
    if recorded and sha256(files[MANIFEST]).hex() not in recorded:
        return [Fault("真实", "清单与审计记录所载的哈希值不一致")]
    return [
        *_incomplete(files, manifest),
        *_changed(files, manifest),
        *_unusable(files),
    ]


def _is_plain(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.filename)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in entry.filename and not entry.flag_bits & 1


def _incomplete(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Iterator[Fault]:
    listed = {entry["name"] for entry in manifest["files"]}
    for name in sorted({*listed, *REQUIRED} - files.keys()):
        yield Fault("完整", f"{name}：缺失")
    for name in sorted(files.keys() - listed - {MANIFEST}):
        yield Fault("完整", f"{name}：不在清单之中")
    try:
        parts = json.loads(files["元数据.json"])["parts"]
        named = [each["name"] for part in ("evidence", "notices") for each in parts[part]]
        named += [name for letter in parts["letters"] for name in letter["files"]]
    except (KeyError, ValueError, TypeError):
        return
    for name in sorted(set(named) - files.keys()):
        yield Fault("完整", f"{name}：元数据列有，包内没有")


def _changed(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Iterator[Fault]:
    from review.notices.seals.checking import check_signature  # noqa: PLC0415 - 20 MB that few processes need

    for entry in manifest["files"]:
        content = files.get(entry["name"])
        if content is None:
            continue
        for how, make in HASHES.items():
            if len(content) != entry["size"] or make(content).hex() != entry[how]:
                yield Fault("真实", f"{entry['name']}：与清单的 {how.upper()} 不一致")
    for name, content in files.items():
        if name.startswith("结果/") and check_signature(content).state == SignatureState.BROKEN:
            yield Fault("真实", f"{name}：电子签章校验不通过")
    yield from _unproved(files)


def _unproved(files: Mapping[str, bytes]) -> Iterator[Fault]:
    """Records whose hash does not fit their words, and proofs that lead to no root."""
    try:
        for line in files.get("审计/记录.jsonl", b"").splitlines():
            record = json.loads(line)
            if sha256(text_of(record["fields"])).hex() != record["hash"]:
                yield Fault("真实", f"审计记录第 {record['fields']['sequence']} 条：内容与哈希不符")
        for line in files.get("审计/存证.jsonl", b"").splitlines():
            for problem in check_proof(json.loads(line)):
                yield Fault("真实", problem)
    except (ValueError, KeyError, TypeError) as error:
        yield Fault("可用", f"审计记录不能读取：{error}")


def _unusable(files: Mapping[str, bytes]) -> Iterator[Fault]:
    for name, content in files.items():
        ending = PurePosixPath(name).suffix.lower()
        if ending in _TEXTS:
            try:
                text = content.decode("utf-8")
                _ = json.loads(text) if ending == ".json" else None
            except ValueError as error:
                yield Fault("可用", f"{name}：不能读取（{error}）")
        elif ending in _OPENED:
            try:
                refuse_unsafe(name, SimpleUploadedFile("x", content), media_type=_OPENED[ending])
            except RefusedError as error:
                yield Fault("安全", str(error))
        else:
            yield Fault("可用", f"{name}：不是可长期保存的格式")
