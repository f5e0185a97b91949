"""Whose papers are listed."""

from typing import Any

from django import forms

from applications.mandates.enums import Right
from applications.mandates.selectors import applicant_choices
from portal.accounts.models import User
from portal.core.filters import FilterForm


class PapersFilterForm(FilterForm):
    """Which of one's organisations."""

    applicant = forms.TypedChoiceField(label="申报单位", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = applicant_choices(user, right=Right.READ)
        self.fields["applicant"].choices = [("", "全部"), *own]  # type: ignore[attr-defined]
        if len(own) < 2:
            del self.fields["applicant"]
