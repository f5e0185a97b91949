"""What a record says changed, in words that an auditor reads without knowing the tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from portal.audit.labels import DETAIL_MODELS, FIELDS
from portal.audit.models import AuditRecord
from portal.core.money import format_yuan

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed: its name, and both values in words."""

    label: str
    before: str
    after: str

    def __str__(self) -> str:
        if self.before == NOTHING:
            return f"{self.label}：{self.after}"
        return f"{self.label}：{self.before} → {self.after}"


def differences_of(record: AuditRecord) -> list[Difference]:
    """What changed, in the order of the object's fields as they were written.

    Lists of things (a claim's lines) are compared thing by thing, so that one changed fact stands out.
    """
    model = _model_of(DETAIL_MODELS.get(record.action, record.target_type))
    names = [*record.after, *(name for name in record.before if name not in record.after)]
    found = []
    for name in names:
        field = _field_of(model, name)
        label = _label_of(name, field)
        shown = _pairs(record.before.get(name), record.after.get(name))
        # Two numbers with the same end are masked alike: whether one changed, the full ones tell.
        full = _pairs(record.opened[0].get(name), record.opened[1].get(name))
        for (path, before, after), (_, *numbers) in zip(shown, full, strict=True):
            last = path[-1] if path else name
            words = [_words(value, name=last, field=None if path else field) for value in (before, after)]
            if words[0] != words[1] or (numbers != [before, after] and numbers[0] != numbers[1]):
                found.append(Difference(" · ".join([label, *(FIELDS.get(part, part) for part in path)]), *words))
    return found


def _pairs(before: Any, after: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """What to compare with what: single values, and the parts of things that stand on both sides."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in [*after, *(name for name in before if name not in after)]:
            yield from _pairs(before.get(name), after.get(name), (*path, name))
    elif any(_holds_things(value) for value in (before, after)):
        rows = zip_longest(before or [], after or [])
        for number, (earlier, later) in enumerate(rows, start=1):
            yield from _pairs(earlier, later, (*path, f"第 {number} 项"))
    else:
        yield path, before, after


def _holds_things(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def object_type_label(target_type: str) -> str:
    """The kind of object in words."""
    model = _model_of(target_type)
    return str(model._meta.verbose_name) if model else target_type


def _model_of(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        # A model that a later release gave up: its records stay readable.
        return None


def _field_of(model: type[models.Model] | None, name: str) -> models.Field[Any, Any] | None:
    if model is None:
        return None
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, models.Field) else None


def _label_of(name: str, field: models.Field[Any, Any] | None) -> str:
    # A field without words of its own has its English name as verbose name.
    if field is not None and not str(field.verbose_name).isascii():
        return str(field.verbose_name)
    return FIELDS.get(name, name)


def _words(value: Any, *, name: str, field: models.Field[Any, Any] | None) -> str:
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_words(part, name=name, field=None) for part in value)
    if isinstance(value, dict):
        return "；".join(f"{FIELDS.get(k, k)}：{_words(v, name=k, field=None)}" for k, v in value.items())
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DecimalField):
        return _yuan(str(value))
    return _moment(value) if isinstance(value, str) else str(value)


def _yuan(text: str) -> str:
    try:
        return f"{format_yuan(Decimal(text))} 元"
    except (InvalidOperation, ValueError):
        return text


def _moment(text: str) -> str:
    """A time stamp in local time; any other text as it is."""
    try:
        moment = parse_datetime(text) if len(text) >= 19 and text[10] == "T" else None
    except ValueError:
        moment = None
    if moment is None:
        return text
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}" if timezone.is_aware(moment) else text
