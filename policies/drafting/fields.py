"""A column for authored text: JSON that keeps the order in which its keys were written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.expressions import Expression

    _TextField = models.TextField[Any, Any]
else:
    _TextField = models.TextField


class OrderedJSONField(_TextField):
    """Any JSON value. PostgreSQL's own JSON column sorts the keys of a mapping; an author's order has to come back."""

    if TYPE_CHECKING:
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, _expression: Expression, _connection: BaseDatabaseWrapper) -> Any:
        """The stored value, its mappings in their written order."""
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:
        """A fixture's text as the value it stands for."""
        return json.loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> str | None:
        """The text to store."""
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def value_to_string(self, obj: models.Model) -> str:
        """The text for a fixture."""
        return str(self.get_prep_value(self.value_from_object(obj)))
