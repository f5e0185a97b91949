"""Filters of lists and exports: what cannot be understood is refused in words, and nothing is listed.

A form of filters derives from `FilterForm` and hands out what was asked through `asked`; a single parameter is read by
`choice_of`, a number by `whole_of`. All raise FilterError, which `portal.middleware.filters` answers with the form to
correct, as 400.
"""

from __future__ import annotations

from collections.abc import Collection, Container
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from portal.core.numbers import whole_number

if TYPE_CHECKING:
    from django.http import HttpRequest

# What every posted form carries besides its own fields: its token, whose page it is, and the kept form it was.
CARRIED = frozenset({"csrfmiddlewaretoken", "page-mark", "unsent-form"})
# Parameters that are no filters: where a list goes on, which tab it shows, and what a posted form carries.
PASSING = frozenset({"after", "page", "desk", "action"}) | CARRIED


class FilterError(Exception):
    """A filter cannot be understood. The message is Chinese; `form` is the form to correct, None for a lone value."""

    def __init__(self, message: str, form: forms.BaseForm | None = None) -> None:
        super().__init__(message)
        self.form = form


class FilterForm(forms.Form):
    """Filters above a list, or of an export. Empty fields narrow nothing; `also` are names that others read."""

    also: ClassVar[Collection[str]] = ()

    def asked(self) -> dict[str, Any]:
        """What was asked, by field; the form's initial values where it is not bound.

        Raises FilterError for a value or a name that cannot be understood.
        """
        if not self.is_bound:
            return {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}
        known = {self.add_prefix(name) for name in self.fields} | PASSING | set(self.also)
        if strange := [name for name in self.data if name not in known]:
            self.full_clean()
            self.add_error(None, f"不认识条件“{strange[0][:40]}”，请去掉后重试。")
        if not self.is_valid():
            raise FilterError("筛选条件有误，没有列出任何内容。请改正标出的条件，或清除全部条件。", self)
        return self.cleaned_data


def choice_of(request: HttpRequest, name: str, choices: Collection[str], *, default: str = "") -> str:
    """A parameter of the address that must be one of `choices`; `default` where it is absent or empty."""
    value = request.GET.get(name) or request.POST.get(name) or default
    if value != default and value not in choices:
        raise FilterError(f"不认识“{name}”的值“{value[:40]}”，没有列出任何内容。请从页面上的选项中选择。")
    return value


def whole_of(request: HttpRequest, name: str, allowed: Container[int], *, default: int) -> int:
    """A whole number of the address that must be one of those allowed, such as a year; `default` where it is absent."""
    text = request.GET.get(name, "")
    number = whole_number(text)
    if text and (number is None or number not in allowed):
        raise FilterError(f"没有“{name}”为“{text[:40]}”的内容，没有列出任何内容。请从页面上的选项中选择。")
    return default if number is None else number
