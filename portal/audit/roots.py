"""Daily roots of the chain: made, written to a place outside, time-stamped, and proofs that a record is under one."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.audit.chain import fields_of
from portal.audit.models import AuditRecord, AuditRoot
from portal.audit.offline import HASHES, path_of, read_lines, root_of, text_of
from portal.core.calling import open_address

ROOTS_FILE = "roots.jsonl"
_BATCH = 1000
_TSA_SECONDS = 20


class RootError(Exception):
    """A root could not be written to its place outside, or not be time-stamped. The message says why."""


def make_root() -> AuditRoot | None:
    """The root over all records since the last one; None where there are none. Two calls at once make one."""
    before = AuditRoot.objects.order_by("last").last()
    first = before.last + 1 if before else 1
    end = AuditRecord.objects.order_by("sequence").last()
    if end is None or end.sequence < first:
        return None
    roots = {name: root_of(texts(first, end.sequence), make) for name, make in HASHES.items()}
    try:
        with transaction.atomic():
            return AuditRoot.objects.create(
                day=timezone.localdate(), first=first, last=end.sequence, head=end.hash, **roots
            )
    except IntegrityError:
        return None


def make_daily_root() -> None:
    """Make the root of what was recorded since the last one, and publish it. A daily job."""
    make_root()
    publish_roots()


def texts(first: int, last: int) -> Iterator[bytes]:
    """The texts of the records from one sequence to another."""
    records = AuditRecord.objects.filter(sequence__gte=first, sequence__lte=last).order_by("sequence")
    for record in records.iterator(_BATCH):
        yield text_of(fields_of(record))


def as_line(root: AuditRoot) -> dict[str, Any]:
    """What is kept of a root outside."""
    return {
        "day": root.day.isoformat(),
        "first": root.first,
        "last": root.last,
        "head": root.head,
        "sha256": root.sha256,
        "sm3": root.sm3,
    }


def publish_roots() -> None:
    """Write every root that is not there yet to AUDIT_ROOT_DIR, and have those without one time-stamped by TSA_URL.

    Raises RootError, so that a job tries again.
    """
    for root in AuditRoot.objects.filter(token=None).order_by("last") if settings.TSA_URL else ():
        token = _stamp(text_of(as_line(root)))
        AuditRoot.objects.filter(pk=root.pk, token=None).update(token=token)
    if not settings.AUDIT_ROOT_DIR:
        return
    folder = Path(settings.AUDIT_ROOT_DIR)
    try:
        kept = {line["last"] for line in kept_roots()}
        with (folder / ROOTS_FILE).open("a", encoding="utf-8") as file:
            for root in AuditRoot.objects.order_by("last"):
                if root.last not in kept:
                    file.write(text_of(as_line(root)).decode() + "\n")
                stamp = folder / f"{root.last}.tsr"
                if root.token is not None and not stamp.exists():
                    (folder / f"{root.last}.json").write_bytes(text_of(as_line(root)))
                    stamp.write_bytes(bytes(root.token))
    except OSError as error:
        raise RootError(f"审计根未能写入 AUDIT_ROOT_DIR（{folder}）：{error}") from error


def kept_roots() -> list[dict[str, Any]]:
    """The roots in AUDIT_ROOT_DIR; none where it is not set or holds none yet."""
    path = Path(settings.AUDIT_ROOT_DIR or ".") / ROOTS_FILE
    return list(read_lines(str(path))) if settings.AUDIT_ROOT_DIR and path.exists() else []


def _stamp(data: bytes) -> bytes:
    """An RFC 3161 response that time-stamps the data. Raises RootError where the authority gives none, or another."""
    # Once a day one process needs it, and every process would hold its four megabytes.
    from rfc3161_client import (  # noqa: PLC0415
        HashAlgorithm,
        TimestampRequestBuilder,
        decode_timestamp_response,
    )

    request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    asked = urllib.request.Request(  # noqa: S310 - the operator's own setting
        settings.TSA_URL, data=request.as_bytes(), headers={"Content-Type": "application/timestamp-query"}
    )
    try:
        with open_address(asked, seconds=_TSA_SECONDS) as answer:
            content: bytes = answer.read(1_000_000)
        response = decode_timestamp_response(content)
        granted = response.status in (0, 1)
        same = granted and response.tst_info.message_imprint.message == request.message_imprint.message
        if not same or response.tst_info.nonce != request.nonce:
            raise RootError("时间戳服务没有为审计根签发时间戳，请核对 TSA_URL。")
    except (OSError, ValueError) as error:
        raise RootError(f"时间戳服务（TSA_URL）没有应答：{error}") from error
    return content


def proof_of(sequence: int) -> dict[str, Any] | None:
    """The proof that a record is under its root, for `offline.py`; None where no root covers it (yet)."""
    root = AuditRoot.objects.filter(first__lte=sequence, last__gte=sequence).first()
    if root is None:
        return None
    record = AuditRecord.objects.get(sequence=sequence)
    return {
        "fields": fields_of(record),
        "hash": record.hash,
        "root": as_line(root),
        "paths": {
            name: path_of(texts(root.first, root.last), sequence - root.first, make) for name, make in HASHES.items()
        },
    }


def export_chain(path: Path) -> int:
    """Write the chain as JSON lines for `offline.py`; returns how many records."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for record in AuditRecord.objects.order_by("sequence").iterator(_BATCH):
            line = {"fields": fields_of(record), "hash": record.hash}
            file.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
            count += 1
    return count


def altered_roots() -> Iterator[str]:
    """Each root that its records do not give any more, or that differs from what is kept outside."""
    lines = {}
    for root in AuditRoot.objects.order_by("last").iterator():
        lines[root.last] = as_line(root)
        found = {name: root_of(texts(root.first, root.last), make) for name, make in HASHES.items()}
        if found != {"sha256": root.sha256, "sm3": root.sm3}:
            yield f"{root.day}（第 {root.first} 至 {root.last} 条）"
    for line in kept_roots():
        if lines.get(line["last"]) != line:
            yield f"{line['day']}（另存的根与库内不同）"
