"""Whose papers are listed."""

from typing import Any

from django import forms

from portal.accounts.models import User
from portal.core.filters import FilterForm


class PapersFilterForm(FilterForm):
    """Which of one's organisations."""

    applicant = forms.TypedChoiceField(label="申报单位", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [(m.applicant_id, m.applicant.name) for m in user.active_memberships]
        self.fields["applicant"].choices = [("", "全部"), *own]  # type: ignore[attr-defined]
