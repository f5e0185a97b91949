"""What narrows the audit record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

from portal.audit.labels import action_choices
from portal.audit.selectors import RecordFilter, regions_of_auditor

if TYPE_CHECKING:
    from typing import Any

    from portal.accounts.models import User


def _action_choices() -> list[tuple[str, Any]]:
    return [("", "全部"), *action_choices()]


def _hinted(words: str) -> forms.TextInput:
    return forms.TextInput(attrs={"placeholder": words})


class RecordFilterForm(forms.Form):
    """The bar above the record; an object's history comes with its type and id hidden."""

    since = forms.DateField(label="自", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="至", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    person = forms.CharField(label="人员", max_length=60, required=False, widget=_hinted("姓名或邮箱"))
    action = forms.ChoiceField(label="操作", choices=_action_choices, required=False)
    target = forms.CharField(label="对象", max_length=100, required=False, widget=_hinted("编号或名称的一部分"))
    region = forms.ChoiceField(label="地区", required=False)
    object_type = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)
    object_id = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = [(region.code, region.full_name) for region in regions_of_auditor(user)]
        region_field = self.fields["region"]
        if isinstance(region_field, forms.ChoiceField):
            region_field.choices = [("", "全部"), *regions]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "截止日期早于开始日期，请改正其中一个。")
        return cleaned

    def to_filter(self) -> RecordFilter:
        """What was asked; fields with errors narrow nothing, and the page shows the errors."""
        self.is_valid()
        return RecordFilter(**self.cleaned_data)
