"""Append to the audit chain, and hand records out."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, BinaryIO

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from portal.accounts.areas import home_region
from portal.audit.chain import compute_hash
from portal.audit.export import moment_text, write_records
from portal.audit.models import AuditRecord, ChainHead
from portal.audit.security import record_export
from portal.audit.selectors import RecordFilter
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError

# More rows than this a person cannot read, and a request should not have to write.
EXPORT_LIMIT = 100_000


_rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)


@contextmanager
def rehearsal() -> Iterator[None]:
    """Do what is inside, and take all of it back: a transaction that always rolls back.

    Actions inside append nothing to the chain, as they are taken back. So a rehearsal of many claims does not hold the
    chain's head, for which every other transaction would wait.
    """
    token = _rehearsing.set(True)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        _rehearsing.reset(token)


_waiting: ContextVar[list[AuditRecord] | None] = ContextVar("waiting", default=None)


@contextmanager
def recorded_together() -> Iterator[None]:
    """Append what is recorded inside only at the end, at once; must run inside the transaction of a long action.

    Every other transaction waits for whoever holds the chain's head. Inside, the rows are written and only the records
    are gathered, so that an action over a thousand claims holds it for the last moment alone.
    """
    entries: list[AuditRecord] = []
    token = _waiting.set(entries)
    try:
        yield
    finally:
        _waiting.reset(token)
    if entries:
        _append(entries)


def record_audit(
    act: ActorContext,
    *,
    action: str,
    target: models.Model,
    region_code: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditRecord:
    """Append one record inside the caller's transaction.

    Takes the chain head's lock and holds it until commit: call it last, after every row of the action is locked
    and written, or transactions may wait for each other. `before` and `after` hold only what changed; values must be
    JSON, dates or decimals. Raises TypeError for a float, which the databases do not give back as it was.
    A record without a region gets that
    of the person who acts. Inside `rehearsal()` nothing is appended, and the record returned is not in the chain.
    """
    values = {
        "at": act.at,
        "actor": act.user,
        "actor_name": act.actor_name[:40],
        "address": act.address[:45],
        "action": action,
        "target_type": target._meta.label_lower,
        "target_id": str(target.pk),
        "target_label": str(target)[:200],
        "region_code": region_code or home_region(act.user),
        "before": _plain(before),
        "after": _plain(after),
    }
    entry = AuditRecord(**values)
    if _rehearsing.get():
        return entry
    waiting = _waiting.get()
    if waiting is None:
        _append([entry])
    else:
        waiting.append(entry)
    return entry


def _append(entries: Sequence[AuditRecord]) -> None:
    """Chain the records after the last one, under the lock of the chain's head."""
    with transaction.atomic():
        head, _ = ChainHead.objects.select_for_update().get_or_create(pk=1)
        for entry in entries:
            head.sequence += 1
            entry.sequence, entry.previous_hash = head.sequence, head.hash
            head.hash = entry.hash = compute_hash(entry)
        AuditRecord.objects.bulk_create(entries)
        # The database lets the head move on by one record at a time.
        table = connection.ops.quote_name(ChainHead._meta.db_table)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {table} SET sequence = %s, hash = %s WHERE id = 1",  # noqa: S608 - our own table
                [(entry.sequence, entry.hash) for entry in entries],
            )


def export_records(
    records: models.QuerySet[AuditRecord], *, narrowed: RecordFilter, file: BinaryIO, act: ActorContext
) -> int:
    """Write the records as a workbook (xlsx) into `file` and put the export itself on record; return the row count.

    `records` are those the person may see; `narrowed` is what the person asked for. The count stands in the workbook
    and in the chain. Raises RefusedError above EXPORT_LIMIT rows.
    """
    if act.user is None:
        raise ValueError("only a person exports")
    with transaction.atomic():
        head = ChainHead.objects.filter(pk=1).first() or ChainHead()
        wanted = narrowed.apply(records).filter(sequence__lte=head.sequence)
        count = wanted.count()
        if count > EXPORT_LIMIT:
            raise RefusedError(f"共 {count} 条，一个文件最多 {EXPORT_LIMIT} 条。请缩小时间范围后分次导出。")
        notes = [
            ("导出时间", moment_text(act.at)),
            ("导出人", act.actor_name),
            ("筛选条件", narrowed.words or "无"),
            ("链尾", f"第 {head.sequence} 条，{head.hash}"),
            ("行数", f"{count}（“审计记录”表中除标题外的行数）"),
        ]
        write_records(file, wanted, notes=notes)
        file.seek(0)
        digest = hashlib.sha256(file.read()).hexdigest()
        record_export(act, filename="审计记录.xlsx", sha256=digest, rows=count, filters=narrowed.words)
        record_audit(
            act,
            action="audit.export",
            target=act.user,
            after={"rows": count, "filters": narrowed.words, "sha256": digest},
        )
    return count


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """The values as JSON will give them back, so that the hash is the same when read again."""
    return json.loads(json.dumps(dict(values or {}), cls=DjangoJSONEncoder), parse_float=_refuse_float)


def _refuse_float(text: str) -> None:
    raise TypeError(f"{text} is a float: pass a Decimal, or a whole number")
