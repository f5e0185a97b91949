"""What narrows the audit record."""

from typing import Any

from django import forms

from portal.accounts.models import User
from portal.audit.enums import SecurityKind
from portal.audit.labels import action_choices
from portal.audit.selectors import RecordFilter, SecurityFilter, regions_of_auditor
from portal.core.fields import DayField, SearchField
from portal.core.filters import FilterForm


def _regions(user: User) -> list[tuple[str, str]]:
    return [("", "全部"), *((region.code, region.full_name) for region in regions_of_auditor(user))]


def _action_choices() -> list[tuple[str, Any]]:
    return [("", "全部"), *action_choices()]


def _hinted(words: str) -> forms.TextInput:
    return forms.TextInput(attrs={"placeholder": words})


class _PeriodForm(FilterForm):
    """Days, a person and a region: what narrows both records."""

    since = DayField(label="自", required=False)
    until = DayField(label="至", required=False)
    person = SearchField(label="人员", max_length=60, required=False, widget=_hinted("姓名或邮箱"))
    region = forms.ChoiceField(label="地区", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = _regions(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "截止日期早于开始日期，请改正其中一个。")
        return cleaned


class RecordFilterForm(_PeriodForm):
    """The bar above the record; an object's history comes with its type and id hidden."""

    action = forms.ChoiceField(label="操作", choices=_action_choices, required=False)
    target = SearchField(label="对象", max_length=100, required=False, widget=_hinted("编号或名称的一部分"))
    object_type = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)
    object_id = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)
    field_order = ("since", "until", "person", "action", "target", "region")

    def to_filter(self) -> RecordFilter:
        """What was asked. Raises FilterError."""
        return RecordFilter(**self.asked())


class SecurityFilterForm(_PeriodForm):
    """The bar above the security events."""

    kind = forms.ChoiceField(label="种类", required=False, choices=[("", "全部"), *SecurityKind.choices])
    subject = SearchField(label="对象", max_length=100, required=False, widget=_hinted("单位、文件、网址或账号"))
    field_order = ("since", "until", "person", "kind", "subject", "region")

    def to_filter(self) -> SecurityFilter:
        """What was asked. Raises FilterError."""
        return SecurityFilter(**self.asked())
