"""Append to the audit chain, and hand records out."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, BinaryIO, TypeVar

from django.apps import apps as current_apps
from django.apps.registry import Apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import TransactionManagementError

from portal.accounts.areas import home_region
from portal.audit.chain import compute_hash
from portal.audit.contents import CONTENTS, TEXTS, RowKey, hash_of_new, hashes_of
from portal.audit.export import moment_text, write_records
from portal.audit.models import AuditRecord, ChainHead
from portal.audit.sealing import seal, sealed_names
from portal.audit.security import record_export
from portal.audit.selectors import RecordFilter
from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.bulk import insert_rows, new_row
from portal.core.errors import RefusedError
from portal.core.json_text import text_maker
from portal.core.statements import Lookup

# More rows than this a person cannot read, and a request should not have to write.
EXPORT_LIMIT = 100_000


def _refuse_float(text: str) -> None:
    raise TypeError(f"{text} is a float: pass a Decimal, or a whole number")


# Made once: a long action puts thousands of records into the chain.
_to_json = text_maker(DjangoJSONEncoder())
_FROM_JSON = json.JSONDecoder(parse_float=_refuse_float)
_PLAIN = frozenset({str, int, bool, type(None)})
_rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)


# What apps add to what a record says: functions of who acts and of the object, registered once.
ATTRIBUTIONS: list[Callable[[ActorContext, models.Model], Mapping[str, Any]]] = []


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


# A record to be appended, and the rows whose content it is to hold: with the hash, "" where it is to be read.
_Entry = tuple[AuditRecord, dict[RowKey, str]]
_Row = TypeVar("_Row", bound=models.Model)
_waiting: ContextVar[list[_Entry] | None] = ContextVar("waiting", default=None)


@contextmanager
def recorded_together() -> Iterator[None]:
    """Append what is recorded inside only at the end, at once; must run inside the transaction of a long action.

    Every other transaction waits for whoever holds the chain's head. Inside, the rows are written and only the records
    are gathered, so that an action over many claims holds it for the last moment alone. Inside another, it is part of
    that one.
    """
    if _waiting.get() is not None:
        yield
        return
    entries: list[_Entry] = []
    token = _waiting.set(entries)
    try:
        yield
    finally:
        _waiting.reset(token)
    if entries:
        # What was written after the last record of the action belongs to it, and not to one after the commit.
        entries[-1][1].update(_take_unrecorded())
        _append(entries)


class _Unrecorded:
    """Rows that a transaction wrote and no record holds yet.

    It stands among the transaction's calls after commit, from which Django takes what a savepoint rolled back. The call
    itself has nothing left to do: `record_rest` comes before it.
    """

    def __init__(self, rows: dict[RowKey, str]) -> None:
        self.rows = rows

    def __call__(self) -> None:
        pass


def record_rest(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Have each transaction on a new connection record, before it commits, the rows that no record of it holds.

    So a process that dies at any moment leaves rows with their record, or neither.
    """
    if "commit" in vars(connection):
        return
    commit = connection.commit

    def recorded_commit() -> None:
        if rows := _take_unrecorded():
            # The transaction's block is left by now, and the record is part of it.
            connection.in_atomic_block = True
            try:
                _append([(_entry_of_rest(rows), rows)])
            except BaseException:
                connection.in_atomic_block = False
                connection.rollback()
                raise
            connection.in_atomic_block = False
        commit()

    connection.commit = recorded_commit  # type: ignore[method-assign]


def _entry_of_rest(rows: dict[RowKey, str]) -> AuditRecord:
    table, key = next(iter(rows))
    row = CONTENTS[table].model(pk=key)
    label = f"{row._meta.verbose_name} {key}"
    return _entry(ActorContext(user=None, at=clock.now()), action="audit.contents", target=row, label=label)


def record_contents(rows: Iterable[models.Model]) -> None:
    """Have the next record of this transaction hold the content of rows just written to registered tables.

    It is read when that record is appended. Rows that are saved one by one come here by themselves.
    """
    _note({(row._meta.label_lower, str(row.pk)): "" for row in rows})


def record_as_read(rows: Iterable[models.Model]) -> None:
    """As `record_contents`, of rows just inserted, or locked and read whole: they are not read again.

    Nothing may change them before that record but as they stand in memory.
    """
    known = {}
    for row in rows:
        label = row._meta.label_lower
        fixed = CONTENTS[label].fixed
        is_known = not row.get_deferred_fields() and (fixed is None or fixed(row))
        known[label, str(row.pk)] = hash_of_new(row) if is_known else ""
    _note(known)


def insert_recorded(rows: Iterable[_Row]) -> list[_Row]:
    """Insert rows as `insert_rows` does, and have the next record of this transaction hold their content.

    For registered tables whose rows never change: the content is that of the rows inserted, and is not read again.
    """
    written = insert_rows(rows)
    _note({(row._meta.label_lower, str(row.pk)): hash_of_new(row) for row in written})
    return written


def _note(rows: dict[RowKey, str]) -> None:
    if rows and not _rehearsing.get():
        refuse_outside_transaction()
        transaction.on_commit(_Unrecorded(rows))


def refuse_outside_transaction(**_: object) -> None:
    """Raise TransactionManagementError where a row of a registered table would be committed before its record."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("Rows that the audit chain holds are written inside a transaction.")


def _take_unrecorded() -> dict[RowKey, str]:
    """The rows that this transaction wrote and that its next record is to hold, with the hash where it is known."""
    taken: dict[RowKey, str] = {}
    for savepoints, waiting, *_ in connection.run_on_commit:
        if isinstance(waiting, _Unrecorded) and waiting.rows:
            taken |= waiting.rows
            # Where only the record is rolled back, with a savepoint begun after the rows, they still wait for one.
            if set(connection.savepoint_ids) <= savepoints:
                waiting.rows = {}
    return taken


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
    entry = _entry(act, action=action, target=target, region_code=region_code, before=before, after=after)
    if _rehearsing.get():
        return entry
    rows = _take_unrecorded()
    waiting = _waiting.get()
    if waiting is None:
        _append([(entry, rows)])
    else:
        waiting.append((entry, rows))
    return entry


def _entry(
    act: ActorContext,
    *,
    action: str,
    target: models.Model,
    region_code: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    label: str = "",
) -> AuditRecord:
    added = {name: value for attribute in ATTRIBUTIONS for name, value in attribute(act, target).items()}
    if added:
        after = {**(after or {}), **added}
    names = sealed_names(target._meta.model)
    shown_before, shown_after, sealed = seal(_plain(before), _plain(after), names=names, salted=True)
    return new_row(
        AuditRecord,
        at=act.at,
        actor_id=act.user_id,
        actor_name=act.actor_name[:40],
        address=act.address[:45],
        action=action,
        target_type=target._meta.label_lower,
        target_id=str(target.pk)[:60],
        target_label=(label or str(target))[:200],
        region_code=region_code or home_region(act.user),
        before=shown_before,
        after=shown_after,
        sealed=sealed,
    )


def _append(entries: Sequence[_Entry]) -> None:
    # Read before the chain's head is locked: everybody waits for who holds it.
    found = hashes_of(row for _, rows in entries for row, known in rows.items() if not known)
    for entry, rows in entries:
        for (table, key), known in rows.items():
            entry.contents.setdefault(table, {})[key] = known or found[table][key]
    append_records([entry for entry, _ in entries])


_head = Lookup(lambda: ChainHead._base_manager.select_for_update().filter(pk=1))


def append_records(entries: Sequence[AuditRecord], *, apps: Apps = current_apps) -> None:
    """Chain records after the last one, under the lock of the chain's head; `apps` are those of a migration."""
    head_model = apps.get_model("audit", "ChainHead")
    # Part of the caller's transaction, which a failure here ends: no savepoint of its own.
    with transaction.atomic(savepoint=False):
        found = _head.first() if apps is current_apps else None
        head = found or head_model._base_manager.select_for_update().get_or_create(pk=1)[0]
        for entry in entries:
            head.sequence += 1
            entry.sequence, entry.previous_hash = head.sequence, head.hash
            head.hash = entry.hash = compute_hash(entry)
        insert_rows(entries)
        head.save(update_fields=["sequence", "hash"])


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
    return {name: _plain_value(value) for name, value in values.items()} if values else {}


def _plain_value(value: Any) -> Any:
    if type(value) in _PLAIN:
        return value
    text = TEXTS.get(type(value))
    return _FROM_JSON.decode(_to_json(value)) if text is None else text(value)
