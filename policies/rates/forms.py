"""The form of a district's rate."""

import uuid
from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.db.models import QuerySet

from policies.engine.periods import end_after
from policies.published.models import SupportItem
from policies.rates.services import RatePlan
from portal.accounts.models import Region
from portal.core.fields import DayField, LineField, YuanField


class RateForm(forms.Form):
    """One region's rate for one item. The last day is typed as people say it, inclusive."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    item = forms.ModelChoiceField(label="支持事项", queryset=SupportItem.objects.none(), empty_label="请选择")
    region = forms.ModelChoiceField(label="地区", queryset=Region.objects.none(), empty_label="请选择")
    unit_amount = YuanField(label="每件金额（元）", required=False, help_text="由区定金额的事项填写。")
    ratio = forms.CharField(label="支持比例", max_length=20, required=False, help_text="由区定比例的事项填写，如 15%。")
    valid_from = DayField(label="适用首日", help_text="按事实发生的日期适用。")
    last_day = DayField(
        label="适用末日", required=False, help_text="没有期限的留空；以后有新标准时自动到新标准的前一天。"
    )
    source = LineField(label="依据", max_length=200, help_text="区级文件的名称、文号和条款。")

    def __init__(self, *args: Any, items: Sequence[SupportItem], regions: QuerySet[Region], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"key": uuid.uuid4()})
        super().__init__(*args, **kwargs)
        item, region = self.fields["item"], self.fields["region"]
        item.queryset = SupportItem.objects.filter(pk__in=[one.pk for one in items])  # type: ignore[attr-defined]
        item.choices = [("", "请选择"), *((one.pk, f"{one.title}（{one.code}）") for one in items)]  # type: ignore[attr-defined]
        region.queryset = regions  # type: ignore[attr-defined]
        region.label_from_instance = lambda one: one.full_name  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False

    def plan(self) -> RatePlan:
        """The valid form's content, its span half-open."""
        data = self.cleaned_data
        last = data["last_day"]
        return RatePlan(
            region=data["region"],
            item=data["item"],
            valid_from=data["valid_from"],
            valid_to=end_after(last) if last else None,
            unit_amount=data["unit_amount"],
            ratio=data["ratio"].strip(),
            source=data["source"].strip(),
        )
