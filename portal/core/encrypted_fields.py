"""Columns that the database holds encrypted, and what they are found by."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Lookup, Transform

from portal.core.encryption import decrypt, encrypt, keyed_hash


class EncryptedField(models.TextField):  # type: ignore[type-arg]
    """Text, of at most `longest` characters, encrypted in the database.

    A query can ask it for null and nothing else: a value is found by a `KeyedHashField`.
    """

    def __init__(self, *args: Any, longest: int | None = None, **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(*args, **kwargs)
        if longest is not None:
            self.validators = [*self.validators, MaxLengthValidator(longest)]

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs if self.longest is None else kwargs | {"longest": self.longest}

    def from_db_value(self, value: str | None, *_: object) -> Any:
        return None if value is None else decrypt(value)

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if isinstance(value, str) else value

    def get_lookup(self, lookup_name: str) -> type[Lookup[Any]] | None:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_transform(self, lookup_name: str) -> type[Transform] | None:
        return None


class EncryptedJSONField(EncryptedField):
    """A JSON value, encrypted as a whole."""

    # What the type checker takes as the attribute's type.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, *_: object) -> Any:
        return None if value is None else json.loads(decrypt(value))

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypt(json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder))

    def to_python(self, value: Any) -> Any:
        return value


class KeyedHashField(models.CharField):  # type: ignore[type-arg]
    """The keyed hash of another field of the row, null where that is empty: for uniqueness and search.

    It is computed whenever it is saved, so `update_fields` that names the other field names this one too.
    """

    def __init__(self, of: str, **kwargs: Any) -> None:
        self.of = of
        super().__init__(**{"max_length": 64, "null": True, "editable": False} | kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, _, kwargs = super().deconstruct()
        return name, path, [self.of], kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001 - Django's signature
        value = getattr(model_instance, self.of)
        hashed = keyed_hash(value) if value else None
        setattr(model_instance, self.attname, hashed)
        return hashed
