"""What narrows the figures: a year, months, a district, an item, the applicants' size."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone

from portal.accounts.enums import SizeClass
from portal.core.filters import FilterForm
from review.decisions.selectors.queue import claimable_choices, district_choices
from review.figures.selectors import FigureFilter, counted_years

if TYPE_CHECKING:
    from django.utils.datastructures import MultiValueDict

    from portal.accounts.models import User

_MONTHS = [(number, f"{number}月") for number in range(1, 13)]


class FigureFilterForm(FilterForm):
    """A stretch of months of one year, and what else narrows the figures."""

    also = ("measure", "ground")

    year = forms.TypedChoiceField(label="年度", coerce=int, required=False, empty_value=None)
    first = forms.TypedChoiceField(label="自", coerce=int, required=False, empty_value=None, choices=_MONTHS)
    last = forms.TypedChoiceField(label="至", coerce=int, required=False, empty_value=None, choices=_MONTHS)
    district = forms.ChoiceField(label="区县", required=False)
    item = forms.TypedChoiceField(label="事项", required=False, coerce=int, empty_value=None)
    size = forms.ChoiceField(label="企业规模", required=False, choices=[("", "全部"), *SizeClass.choices])

    def __init__(self, data: MultiValueDict[str, Any] | None = None, *, user: User, **options: Any) -> None:
        today = timezone.localdate()
        initial = {"year": today.year, "first": 1, "last": 12}
        super().__init__(data, initial=initial, **options)
        self.fields["year"].choices = [  # type: ignore[attr-defined]
            (year, f"{year}年") for year in sorted({today.year, *counted_years()}, reverse=True)
        ]
        self.fields["item"].choices = [("", "全部"), *claimable_choices()]  # type: ignore[attr-defined]
        if districts := district_choices(user):
            self.fields["district"].choices = [("", "全部"), *districts]  # type: ignore[attr-defined]
        else:
            del self.fields["district"]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if (self.cleaned_data.get("first") or 1) > (self.cleaned_data.get("last") or 12):
            self.add_error("last", "截止月份早于开始月份，请改正。")
        return cleaned

    def as_filter(self) -> FigureFilter:
        """What was asked for. Raises FilterError."""
        asked = self.asked()
        year = asked["year"] or timezone.localdate().year
        return FigureFilter(
            first=date(year, asked["first"] or 1, 1),
            last=date(year, asked["last"] or 12, 1),
            region=asked.get("district") or "",
            item_id=asked["item"] or None,
            size=asked["size"] or "",
        )
