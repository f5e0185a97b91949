"""Form fields that several apps share: sums, days, and moments to the minute."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from portal.core.money import MoneyError, format_yuan, read_yuan


def filter_words(form: forms.Form) -> str:
    """What a bound form of filters asks for, in words: `状态 已拨付；区县 滨湖区`; "" where it narrows nothing."""
    form.is_valid()
    words = []
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if value in (None, "", False):
            continue
        shown = str(value)
        if isinstance(field, forms.ChoiceField):
            choices: dict[Any, Any] = dict(field.choices)  # type: ignore[arg-type]
            shown = str(choices.get(value, value))
        words.append(f"{field.label} {'是' if value is True else shown}")
    return "；".join(words)


class YuanField(forms.CharField):
    """A sum as people write it (1,234.50, 0.5万元); gives yuan with two places, never rounded."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return format_yuan(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if text is None or text in self.empty_values:
            return None
        try:
            return read_yuan(text)
        except MoneyError as error:
            raise forms.ValidationError(str(error)) from error


class DayField(forms.DateField):
    """A day, chosen from the browser's own calendar."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**options)


class MomentField(forms.DateTimeField):
    """A moment to the minute in local time, chosen from the browser's own calendar; gives an aware datetime."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
        super().__init__(**options)
