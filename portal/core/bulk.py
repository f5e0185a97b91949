"""Rows of one table in one statement: new ones, many of them by COPY on PostgreSQL, and standing ones by own values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.base import ModelState
from django.db.models.expressions import Combinable, F, Func, Value
from django.db.models.functions import Cast

from portal.core.choices import StateField
from portal.core.json_text import text_maker
from portal.core.statements import prepared_cursor

_Row = TypeVar("_Row", bound=models.Model)
_AT_ONCE = 500
# So many rows are sooner inserted by one statement than copied: a copy asks for their keys first.
_FEW = 5


def new_row(model: type[_Row], **values: Any) -> _Row:
    """A row to be inserted, by its columns' names: as the model makes it, but without signals and much faster.

    Columns that are not named have their defaults. Raises TypeError for a name that is no column.
    """
    standing, made = _defaults(model)
    if not values.keys() <= standing.keys():
        raise TypeError(f"{model.__name__} has no {sorted(values.keys() - standing.keys())}")
    row = model.__new__(model)
    vars(row).update(standing, _state=ModelState(), **values)
    for name, make in made:
        if name not in values:
            vars(row)[name] = make()
    return row


@cache
def _defaults(model: type[models.Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """What each column of a new row has by itself, and how that is made where each row has its own."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    made = [(field.attname, field.default) for field in fields if field.has_default() and callable(field.default)]
    own = {name for name, _ in made}
    return {field.attname: None if field.attname in own else field.get_default() for field in fields}, made


def insert_rows(rows: Iterable[_Row]) -> list[_Row]:
    """Insert new rows of one model, without signals, in their order, and return them with their keys.

    Raises IntegrityError as any insert does.
    """
    written = list(rows)
    if 0 < len(written) <= _FEW:
        _insert(written, returning=[])
    elif written and connection.vendor == "postgresql":
        _copy(written)
    elif written:
        type(written[0])._base_manager.bulk_create(written, batch_size=_AT_ONCE)
    return written


def insert_new(rows: Iterable[_Row], *unique: str) -> list[_Row]:
    """Insert those rows whose values of these fields no row has yet, without signals; return them with their keys.

    The fields are together unique in the table: the database decides who comes first, in one statement.
    """
    wanted, written = list(rows), list[_Row]()
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        fields = [some[0]._meta.get_field(name) for name in unique]
        written += _insert(some, suffix="ON CONFLICT DO NOTHING", returning=fields)
    return written


def _insert(rows: Sequence[_Row], *, returning: Sequence[Any], suffix: str = "") -> list[_Row]:
    """Insert rows with their values, and give those that were inserted the keys that the database made.

    They are known again by the fields in `returning`; without any, all are inserted, and come in their order.
    """
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not (field.generated or isinstance(field, models.AutoField))]
    makers = [_maker(field) for field in fields]
    quote = connection.ops.quote_name
    table, names = quote(meta.db_table), ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * len(rows))
    known_by = ", ".join(quote(str(field.column)) for field in (meta.pk, *returning))
    # One row is inserted by the same words each time, several by as many as there are.
    with prepared_cursor() if len(rows) == 1 else connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) VALUES {places} {suffix} RETURNING {known_by}",  # noqa: S608 - names of columns
            [make(row) for row in rows for make in makers],
        )
        found = cursor.fetchall()
    if returning:
        keys = {tuple(values): key for key, *values in found}
        by = [(row, keys.pop(tuple(getattr(row, field.attname) for field in returning), None)) for row in rows]
        pairs = [(row, key) for row, key in by if key is not None]
    else:
        pairs = [(row, key) for row, (key,) in zip(rows, found, strict=True)]
    for row, key in pairs:
        # A key that the row brought with it stays: SQLite returns it as it is stored.
        row.pk = key if row.pk is None else row.pk
    return _as_stored([row for row, _ in pairs])


def _as_stored(rows: list[_Row]) -> list[_Row]:
    """The rows, marked as Django's own `bulk_create` leaves them."""
    alias = connection.alias
    for row in rows:
        state = row._state  # noqa: SLF001 - as Django's own bulk_create
        state.adding, state.db = False, alias
    return rows


def _copy(rows: list[_Row]) -> None:
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not field.generated]
    if isinstance(meta.pk, models.AutoField):
        _give_keys(rows)
    # What stands in the row as the database takes it is read by one call for all columns.
    read = attrgetter(*(field.attname for field in fields))
    made = [(at, make) for at, field in enumerate(fields) if not isinstance(make := _maker(field), attrgetter)]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(meta.db_table)
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            values = list(read(row))
            for at, make in made:
                values[at] = make(row)
            copy.write_row(values)
    _as_stored(rows)


def _give_keys(rows: Sequence[models.Model]) -> None:
    meta = rows[0]._meta
    with connection.cursor() as cursor:
        # Materialized: else the name of the sequence is looked up for each key.
        cursor.execute(
            "WITH found AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, %s)::regclass AS keys) "
            "SELECT nextval(keys) FROM found, generate_series(1, %s)",
            [connection.ops.quote_name(meta.db_table), meta.pk.column, len(rows)],
        )
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key


# Fields whose value goes to the database as it stands in the row.
_AS_IT_STANDS = (
    models.BigAutoField,
    models.BigIntegerField,
    models.BooleanField,
    models.CharField,
    models.DateField,
    models.DateTimeField,
    models.DecimalField,
    models.ForeignKey,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
    models.TextField,
    models.UUIDField,
    StateField,
)


# The ways by which a field may make something of its own of a value, but for `get_prep_value`.
_PREPARING = ("pre_save", "get_db_prep_save", "get_db_prep_value")


def _maker(field: Any) -> Callable[[models.Model], Any]:
    """What gives a row's value of a field as the database takes it."""
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "postgresql":
        return lambda row: field.get_db_prep_save(field.pre_save(row, add=True), database)
    if type(field) in _AS_IT_STANDS and not (
        getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    ):
        return attrgetter(field.attname)
    of = type(field)
    if of is models.JSONField:
        encode = text_maker((field.encoder or json.JSONEncoder)())
        return lambda row: None if (value := getattr(row, field.attname)) is None else encode(value)
    if all(getattr(of, name) is getattr(models.Field, name) for name in _PREPARING):
        return lambda row: field.get_prep_value(getattr(row, field.attname))
    return lambda row: field.get_db_prep_save(field.pre_save(row, add=True), database)


class _ByKey(Func):
    """What a JSON object has under the row's key, as text."""

    output_field = models.TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        joined = {"template": "(%(expressions)s::text)", "arg_joiner": "::jsonb ->> "}
        return self.as_sql(compiler, connection, **joined, **context)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        joined = {"template": """json_extract(%(expressions)s || '"')""", "arg_joiner": """, '$."' || """}
        return self.as_sql(compiler, connection, **joined, **context)


def own_values(rows: Sequence[models.Model], *names: str) -> dict[str, Combinable]:
    """What each of the rows has in these fields, for one UPDATE of them all. For texts, whole numbers and rows."""
    found: dict[str, Combinable] = {}
    for name in names:
        field: Any = rows[0]._meta.get_field(name)
        stored = field.target_field if field.is_relation else field
        values = {str(row.pk): field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows}
        found[name] = _ByKey(Value(json.dumps(values)), F("pk"))
        # A cast to a text of some length would cut off what is longer, where the column refuses it.
        if not isinstance(stored, models.CharField | models.TextField):
            found[name] = Cast(found[name], stored)
    return found


def update_rows(rows: Sequence[models.Model], *names: str) -> None:
    """Write these fields of standing rows of one model, each with its own values, as `own_values` says."""
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        manager = type(some[0])._base_manager
        manager.filter(pk__in=[row.pk for row in some]).update(**own_values(some, *names))
