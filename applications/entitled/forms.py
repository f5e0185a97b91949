"""Filters of an office's list of entitlements."""

from typing import Any

from django import forms

from applications.entitled.enums import Verdict
from policies.calls.models import Call
from portal.accounts.enums import RegionLevel
from portal.accounts.models import Region
from portal.core.fields import SearchField
from portal.core.filters import FilterForm


class EntitlementFilterForm(FilterForm):
    """Which of a call's entitlements are listed."""

    q = SearchField(label="单位名称或代码", required=False, max_length=60)
    verdict = forms.ChoiceField(
        label="结果", required=False, choices=[("", "全部"), ("reached", "已惠及"), *Verdict.choices]
    )
    item = forms.TypedChoiceField(label="事项", required=False, coerce=int, empty_value=None)
    district = forms.ChoiceField(label="区县", required=False)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        items = [(row.item_id, row.item.title) for row in call.items.select_related("item")]
        self.fields["item"].choices = [("", "全部"), *items]  # type: ignore[attr-defined]
        districts = Region.objects.filter(parent=call.region_id, level=RegionLevel.DISTRICT).order_by("pk")
        self.fields["district"].choices = [("", "全部"), *((one.pk, one.name) for one in districts)]  # type: ignore[attr-defined]
