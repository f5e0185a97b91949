"""What many tests start from, made once in a process and copied into the database of every further test.

A function marked `made_once` runs as it stands the first time. What it wrote (rows, files under PRIVATE_DIR, callbacks
of the commit) and returned is kept under its name and arguments and under the steps before it, and is written back,
without triggers, when a test asks for the same after the same steps. Wherever anything else was written before, the
clock or a setting was changed or something is patched, the function simply runs; so it does on SQLite, and everywhere
with WORLDS=anew.
"""

import functools
import os
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from copy import copy, deepcopy
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pytest
from django.conf import UserSettingsHolder, settings
from django.core import mail
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

P = ParamSpec("P")
T = TypeVar("T")
Steps = tuple[Hashable, ...]

# Settings that do not change what a step writes, or only where.
_INDIFFERENT = {"PRIVATE_DIR", "OFFICIALS_NEED_SECOND_FACTOR"}
_WRITTEN = """
    SELECT pg_current_xact_id_if_assigned()::text, relname, written FROM (
        SELECT relname, pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
            + pg_stat_get_xact_tuples_deleted(oid) AS written
        FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    ) AS tables WHERE written > 0
    UNION ALL SELECT pg_current_xact_id_if_assigned()::text, '', 0
"""
_COLUMNS = """
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""


class _NoNameError(Exception):
    """An argument that two tests cannot be compared by."""


@dataclass(frozen=True)
class Written:
    """Which transaction is open (None before its first row), and how many rows it wrote to which table."""

    transaction: str | None
    rows: dict[str, int]


@dataclass(frozen=True)
class _Position:
    """The steps that are all that the open transaction holds, as long as nothing was written since."""

    steps: Steps
    written: Written
    savepoints: tuple[str | None, ...]


@dataclass(frozen=True)
class _Kept:
    """What a step left: the rows of every table that it changed, new files, all callbacks, and what it returned."""

    tables: dict[str, bytes]
    files: dict[Path, bytes]
    callbacks: list[tuple[Any, ...]]
    result: Any


_kept: dict[Steps, _Kept] = {}
_columns: dict[str, str] = {}
_patches: list[pytest.MonkeyPatch] = []
_position: list[_Position] = []


def made_once(make: Callable[P, T]) -> Callable[P, T]:
    """Let a function that makes rows for tests do so once for all tests that ask for the same; see above."""

    @functools.wraps(make)
    def copied(*args: P.args, **kwargs: P.kwargs) -> T:
        if not connection.in_atomic_block:
            # The audit chain holds many of the rows: they are written in a transaction, as by the portal.
            with transaction.atomic():
                return make(*args, **kwargs)
        if not _can_copy():
            return make(*args, **kwargs)
        before = rows_written()
        earlier = _steps_so_far(before)
        try:
            name = (make.__module__, make.__qualname__, _name_of(args), _name_of(kwargs), _circumstances())
        except _NoNameError:
            return make(*args, **kwargs)
        if earlier is None:
            return make(*args, **kwargs)
        steps = (*earlier, name)
        if kept := _kept.get(steps):
            _write_back(kept)
            result: T = deepcopy(kept.result)
        else:
            files, mails = _files(), _mails()
            result = make(*args, **kwargs)
            if _mails() == mails:
                _kept[steps] = _Kept(
                    tables=_changed_tables(before, rows_written()),
                    files={path: (_private() / path).read_bytes() for path in _files() - files},
                    callbacks=_copied(callback[1:] for callback in connection.run_on_commit),
                    result=deepcopy(result),
                )
        _position[:] = [_Position(steps, rows_written(), tuple(connection.savepoint_ids))]
        return result

    return copied


@contextmanager
def noting_patches(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """While something is patched by this, nothing is kept or copied."""
    _patches.append(patch)
    try:
        yield
    finally:
        _patches.remove(patch)


def forget() -> None:
    """Drop what is kept: rows that it refers to (types of content, regions) were made anew."""
    _kept.clear()


def _can_copy() -> bool:
    return (
        connection.vendor == "postgresql"
        # The transaction of a test, which is rolled back: not one that a maker began below.
        and connection.atomic_blocks[0]._from_testcase  # type: ignore[attr-defined]
        and os.environ.get("WORLDS") != "anew"
        and not any(patch._setattr or patch._setitem for patch in _patches)
    )


def rows_written() -> Written:
    """What the open transaction wrote so far, on PostgreSQL; what it took back to a savepoint stays counted."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        rows = cursor.fetchall()
    return Written(rows[0][0], {table: count for _, table, count in rows if table})


def _steps_so_far(written: Written) -> Steps | None:
    """The steps that made all that the open transaction holds; None where anything else wrote."""
    if written.transaction is None:
        return ()
    for position in _position:
        same_savepoints = tuple(connection.savepoint_ids[: len(position.savepoints)]) == position.savepoints
        if position.written == written and same_savepoints:
            return position.steps
    return None


def _name_of(value: Any) -> Hashable:
    """A value as a part of the name that a step is kept under. Raises _NoNameError for what has none."""
    if isinstance(value, Model):
        return value._meta.label, value.pk
    if is_dataclass(value) and not isinstance(value, type):
        return type(value), tuple(_name_of(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, dict):
        return "dict", tuple((key, _name_of(each)) for key, each in value.items())
    if isinstance(value, list | tuple):
        return type(value), tuple(_name_of(each) for each in value)
    if value is None or isinstance(value, str | bytes | int | Decimal | date):
        return type(value), value
    raise _NoNameError


def _circumstances() -> Hashable:
    """The day, the kind of store, and the settings that a test changed."""
    changed: dict[str, str] = {}
    holder = settings._wrapped
    while isinstance(holder, UserSettingsHolder):
        for name, value in vars(holder).items():
            if name.isupper() and name not in _INDIFFERENT:
                changed.setdefault(name, repr(value))
        holder = holder.default_settings
    # Files of other tests lie in the run's own store, and are not written again there.
    in_common_store = _private().is_relative_to(settings.DATA_DIR)
    return timezone.localdate(), in_common_store, tuple(sorted(changed.items()))


def _private() -> Path:
    return Path(settings.PRIVATE_DIR)


def _files() -> set[Path]:
    return {path.relative_to(_private()) for path in _private().rglob("*") if path.is_file()}


def _mails() -> int:
    return len(getattr(mail, "outbox", ()))


def _changed_tables(before: Written, after: Written) -> dict[str, bytes]:
    changed = [table for table, count in sorted(after.rows.items()) if before.rows.get(table) != count]
    tables = {}
    with connection.cursor() as cursor:
        for table in changed:
            if table not in _columns:
                cursor.execute(_COLUMNS, [f'"{table}"'])
                _columns[table] = cursor.fetchone()[0]
            with cursor.copy(f'COPY "{table}" ({_columns[table]}) TO STDOUT') as copy:
                tables[table] = b"".join(copy)
    return tables


def _write_back(kept: _Kept) -> None:
    cache.clear()
    with connection.cursor() as cursor:
        empty = (f'DELETE FROM "{table}"' for table in kept.tables)  # noqa: S608 - names from the database itself
        cursor.execute("; ".join(("SET LOCAL session_replication_role = replica", *empty)))
        for table, rows in kept.tables.items():
            with cursor.copy(f'COPY "{table}" ({_columns[table]}) FROM STDIN') as copy:
                copy.write(rows)
        cursor.execute("SET LOCAL session_replication_role = origin")
    for path, content in kept.files.items():
        target = _private() / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    connection.run_on_commit[:] = [(set(connection.savepoint_ids), *each) for each in _copied(kept.callbacks)]


def _copied(callbacks: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Callbacks of the commit as they stand: of the rows that wait for a record, later records take some away."""
    return [(copy(call), *rest) for call, *rest in callbacks]
