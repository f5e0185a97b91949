"""Form fields that several apps share: names, sums, days, and moments to the minute."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.timezone import make_aware

from portal.core.money import MoneyError, format_yuan, read_yuan
from portal.core.numbers import NumberError, read_day, read_minutes
from portal.core.printable import check_printable
from portal.core.text import single_line

_LAST_MINUTE = 24 * 60 - 1


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


class SearchField(forms.CharField):
    """What is looked for, in one line: what nobody sees is taken out, a line break becomes a space."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return single_line(text) if isinstance(text, str) else text


class LineField(SearchField):
    """A name, title or number in one line. It may reach a notice: a character that cannot be printed is refused."""

    def validate(self, value: Any) -> None:
        super().validate(value)
        check_printable(value or "")


class TextField(forms.CharField):
    """Sentences in several lines, which may reach a notice, as `LineField`."""

    def __init__(self, *, rows: int = 3, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**options)

    def validate(self, value: Any) -> None:
        super().validate(value)
        check_printable(value or "")


class DayField(forms.DateField):
    """A day between 1900 and 2199, chosen from the browser's own calendar or written in any usual form."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**options)

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date) or value in self.empty_values:
            return value or None
        try:
            return read_day(str(value))
        except NumberError as error:
            raise forms.ValidationError(str(error), code="invalid") from error


class MomentField(forms.DateTimeField):
    """A moment to the minute in local time; gives an aware datetime. A day alone begins at 00:00.

    With `is_end` it is the end of a time: a day alone, and its last minute 23:59, mean the whole day, so that the
    time ends with it, at 24:00.
    """

    def __init__(self, *, is_end: bool = False, **options: Any) -> None:
        options.setdefault("widget", forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
        super().__init__(**options)
        self.is_end = is_end

    def to_python(self, value: Any) -> datetime | None:
        if isinstance(value, date) or value in self.empty_values:
            moment: datetime | None = super().to_python(value)
            return moment
        try:
            day, minutes = read_day(str(value)), read_minutes(str(value))
        except NumberError as error:
            raise forms.ValidationError(str(error), code="invalid") from error
        if self.is_end and minutes in (None, _LAST_MINUTE):
            minutes = _LAST_MINUTE + 1
        return make_aware(datetime(day.year, day.month, day.day) + timedelta(minutes=minutes or 0))  # noqa: DTZ001
