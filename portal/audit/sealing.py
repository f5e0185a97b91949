"""Numbers in records: shown by their end, and kept in full in a column of their own, encrypted."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any

from portal.core.encrypted_fields import EncryptedField
from portal.core.identifiers import mask_number

if TYPE_CHECKING:
    from django.db.models import Model

# Numbers of people and of accounts, whatever object a record is about.
_ALWAYS = frozenset({"resident_id", "account_number", "phone", "contact_phone", "identity_number"})
_Values = dict[str, Any]


@cache
def sealed_names(model: type[Model] | None) -> frozenset[str]:
    """Names of the values that a record about this kind of object seals."""
    fields = model._meta.concrete_fields if model is not None else ()
    return _ALWAYS | {field.name for field in fields if isinstance(field, EncryptedField)}


def seal(before: _Values, after: _Values, *, names: frozenset[str], salted: bool) -> tuple[_Values, _Values, str]:
    """Both with the named texts masked, at any depth, and as JSON what was masked; "" where nothing was.

    A salt keeps anybody from guessing a number by the hash of the JSON.
    """
    if not _may_hold(before, names) and not _may_hold(after, names):
        return before, after, ""
    found = [(path, value) for path, value in _texts([before, after]) if path[-1] in names and value]
    if not found:
        return before, after, ""
    both = deepcopy([before, after])
    for path, value in found:
        _holder(both, path)[path[-1]] = mask_number(value)
    text: dict[str, Any] = {"values": found} | ({"salt": secrets.token_hex(16)} if salted else {})
    return both[0], both[1], json.dumps(text, ensure_ascii=False, sort_keys=True)


def _may_hold(values: _Values, names: frozenset[str]) -> bool:
    """Whether a named value stands here, or may stand within what stands here."""
    return any(name in names or isinstance(value, dict | list) for name, value in values.items())


def restored(before: _Values, after: _Values, sealed: str) -> tuple[_Values, _Values]:
    """Both as they were before they were sealed."""
    if not sealed:
        return before, after
    both = deepcopy([before, after])
    for path, value in json.loads(sealed)["values"]:
        _holder(both, path)[path[-1]] = value
    return both[0], both[1]


def has_salt(sealed: str) -> bool:
    """Whether the text was sealed when its record was written, not afterwards by a migration."""
    return "salt" in json.loads(sealed)


def _texts(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[list[str | int], str]]:
    if isinstance(value, str):
        yield list(path), value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _texts(part, (*path, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _texts(part, (*path, index))


def _holder(both: list[_Values], path: list[str | int]) -> Any:
    holder: Any = both
    for step in path[:-1]:
        holder = holder[step]
    return holder
