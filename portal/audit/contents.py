"""The content of rows in the chain: which tables it holds, and what a row's hash is made of.

An app registers a table once (`register_contents`). From then on the next record of a transaction holds the hash of
every row that the transaction wrote to it, and `verify_audit` compares every row with its last record.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import AutoField, DateTimeField, DecimalField, JSONField, Model, QuerySet
from django.db.models.signals import post_delete, post_save, pre_save

from portal.core.encrypted_fields import EncryptedJSONField
from portal.core.json_text import text_maker
from portal.core.registry import Registry
from portal.core.statements import A_KEY, Lookup

# Table ("app.model") and key of a row, as the chain writes them.
RowKey = tuple[str, str]
# Where a row has a file: the file's name in private storage and its SHA-256, None where there is none (any more).
FileOf = Callable[[Any], tuple[str, str] | None]
_BATCH = 500
_ENCODER = DjangoJSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_text = text_maker(_ENCODER)


@dataclass(frozen=True, slots=True)
class Content:
    """A table whose rows the chain holds, and the file that belongs to a row.

    With `fixed`, a row counts as absent while that says no: what may still change is not held. It reads the row's own
    columns and what `related` names.
    """

    model: type[Model]
    file_of: FileOf | None = None
    fixed: Callable[[Any], bool] | None = None
    related: tuple[str, ...] = ()

    def rows(self, keys: Iterable[str] | None = None) -> QuerySet[Any]:
        """The table's rows, or those of these keys, with what is asked to know whether they are fixed."""
        rows = self.model._base_manager.all()
        rows = rows.select_related(*self.related) if self.related else rows
        return rows if keys is None else rows.filter(pk__in=list(keys))


CONTENTS: Registry[Content] = Registry("table in the chain")


def register_contents(
    *models: type[Model],
    file_of: FileOf | None = None,
    fixed: Callable[[Any], bool] | None = None,
    related: tuple[str, ...] = (),
) -> None:
    """Hold the rows of tables in the chain.

    Rows that are saved or deleted one by one are noticed by themselves; after `bulk_create` and `update`, and where a
    row begins or ceases to be `fixed`, call `portal.audit.services.record_contents`. A migration that fills columns of
    rows that stand repeats `RecordContents`.
    """
    # The models are loaded when apps register.
    from portal.audit.services import record_contents, refuse_outside_transaction  # noqa: PLC0415

    def note(instance: Model, **_: Any) -> None:
        if fixed is None or fixed(instance):
            record_contents([instance])

    for model in models:
        pre_save.connect(refuse_outside_transaction, sender=model, weak=False)
        CONTENTS.add(model._meta.label_lower, Content(model, file_of, fixed, related))
        for signal in (post_save, post_delete):
            signal.connect(note, sender=model, weak=False)


def hash_of(stored: Model) -> str:
    """SHA-256 of a row's fields as read from the database, however it keeps them; "" for one that is not fixed.

    What is empty counts nothing, so that columns may be added.
    """
    content = CONTENTS.get(stored._meta.label_lower)
    if content is not None and content.fixed is not None and not content.fixed(stored):
        return ""
    return _hash_of_values({field.attname: getattr(stored, field.attname) for field in stored._meta.concrete_fields})


def hash_of_new(row: Model) -> str:
    """What `hash_of` will say of a row just inserted, which nothing has changed since."""
    as_they_stand, readings = _readings(type(row))
    stored = vars(row)
    values = {name: stored[name] for name in as_they_stand}
    for name, read in readings:
        value = stored[name]
        values[name] = None if value is None else read(value)
    return _hash_of_values(values)


@cache
def _readings(model: type[Model]) -> tuple[list[str], list[tuple[str, Callable[[Any], Any]]]]:
    """The fields that a row has as the database gives them back; of the others what makes that of their value."""
    readings = [(field.attname, _reading(field)) for field in model._meta.concrete_fields]
    return (
        [name for name, read in readings if read is None],
        [(name, read) for name, read in readings if read is not None],
    )


def _reading(field: Any) -> Callable[[Any], Any] | None:
    if isinstance(field, DecimalField):
        places = Decimal(1).scaleb(-field.decimal_places)
        return lambda value: Decimal(value).quantize(places)
    if isinstance(field, DateTimeField):
        return lambda value: value.astimezone(UTC)
    if isinstance(field, JSONField | EncryptedJSONField):
        return _read_again
    return None


def _read_again(value: Any) -> Any:
    """A JSON value as it is when it is read again: one of texts alone is so already."""
    if type(value) is dict and all(type(each) is str for pair in value.items() for each in pair):
        return value
    return json.loads(_text(value))


def _hash_of_values(values: Mapping[str, Any]) -> str:
    # Texts made here cost a fraction of what the encoder's own call for each value does.
    filled = {
        name: value if (text := TEXTS.get(type(value))) is None else text(value)
        for name, value in values.items()
        if value
    }
    return hashlib.sha256(_text(filled).encode()).hexdigest()


@cache
def _single(table: str) -> Lookup[Any] | None:
    """How a single row of a table is read, as most are; None where its keys are no numbers."""
    content = CONTENTS[table]
    if not isinstance(content.model._meta.pk, AutoField):
        return None
    names = [field.attname for field in content.model._meta.concrete_fields]

    def read(key: int) -> QuerySet[Any]:
        rows = content.rows([key])  # type: ignore[list-item]
        return rows if content.fixed is not None else rows.values(*names)

    return Lookup(read, A_KEY)


def _moment(value: datetime) -> str:
    """A moment as the encoder writes it."""
    return _moment_at(value, value.utcoffset())


@lru_cache(maxsize=1024)
def _moment_at(value: datetime, _offset: timedelta | None) -> str:
    """Kept, as the rows of an action share theirs; by the offset, too: one moment is equal in every zone."""
    return str(_ENCODER.default(value))


# What the encoder writes for a value that JSON does not know.
TEXTS: Mapping[type, Callable[[Any], str]] = {Decimal: str, UUID: str, date: date.isoformat, datetime: _moment}


def hashes_of(rows: Iterable[RowKey]) -> dict[str, dict[str, str]]:
    """The hash of each row by table and key, as the database has it now; "" for a row that is gone."""
    found: dict[str, dict[str, str]] = {}
    for table, key in rows:
        found.setdefault(table, {})[key] = ""
    for table, hashes in found.items():
        if len(hashes) == 1 and (one := _single(table)) is not None:
            key = next(iter(hashes))
            row = one.first(int(key))
            hashes[key] = "" if row is None else _hash_of_values(row) if isinstance(row, dict) else hash_of(row)
            continue
        keys, content = list(hashes), CONTENTS[table]
        key, names = content.model._meta.pk.attname, [field.attname for field in content.model._meta.concrete_fields]
        for start in range(0, len(keys), _BATCH):
            rows = content.rows(keys[start : start + _BATCH])
            if content.related:
                hashes |= {str(row.pk): hash_of(row) for row in rows}
                continue
            # Without an instance of the model, which costs more than the hash.
            hashes |= {
                str(row[key]): _hash_of_values(row)
                for row in rows.values(*names)
                if content.fixed is None or content.fixed(SimpleNamespace(**row))
            }
    return found
