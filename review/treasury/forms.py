"""Forms of the budget board."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone

from policies.published.models import SupportItem
from portal.core.fields import LineField, YuanField
from review.treasury.enums import SourceKind
from review.treasury.models import BudgetLine
from review.treasury.services.lines import LinePlan

if TYPE_CHECKING:
    from django.utils.datastructures import MultiValueDict

    from portal.accounts.models import Region


class LineForm(forms.Form):
    """A new budget line."""

    region = forms.ChoiceField(label="出资地区")
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2999)
    name = LineField(label="指标名称", max_length=120)
    source = forms.ChoiceField(label="资金来源", choices=SourceKind.choices)
    items = forms.MultipleChoiceField(
        label="适用事项",
        required=False,
        help_text="不选即适用于全部事项；点名的事项先从点名的指标中列支。按住 Ctrl 可以选择多项。",
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    function_code = LineField(label="功能分类科目", max_length=20, required=False)
    government_code = LineField(label="政府经济分类科目", max_length=20, required=False)
    department_code = LineField(label="部门经济分类科目", max_length=20, required=False)
    project_code = LineField(label="项目代码", max_length=40, required=False)

    def __init__(self, data: MultiValueDict[str, Any] | None = None, *, regions: list[Region], **options: Any) -> None:
        super().__init__(data, initial={"year": timezone.localdate().year}, **options)
        self.regions = {region.code: region for region in regions}
        self.fields["region"].choices = [(code, region.full_name) for code, region in self.regions.items()]  # type: ignore[attr-defined]
        items = SupportItem.objects.filter(document__region_id__in=_cities(regions)).order_by("code")
        self.fields["items"].choices = list(items.values_list("code", "title"))  # type: ignore[attr-defined]

    @property
    def chosen_region(self) -> Region:
        return self.regions[self.cleaned_data["region"]]

    @property
    def plan(self) -> LinePlan:
        values = {name: value for name, value in self.cleaned_data.items() if name not in ("region", "year")}
        return LinePlan(**values)


class IssueForm(forms.Form):
    """A sum that a paper gives to a line, or takes from it. `key` makes a double click one deed."""

    amount = YuanField(label="金额（元）", help_text="追加填正数，调减填负数，如 -200,000。")
    paper_no = LineField(label="下达指标的文号", max_length=80)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: MultiValueDict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()}, **options)


class CloseForm(forms.Form):
    """What becomes of what is left at year end: neither is chosen beforehand, as one of them gives the money away."""

    LAPSE = "lapse"
    becomes = forms.ChoiceField(label="余额去向", error_messages={"required": "请选择结转到哪一项指标，或收回指标。"})

    def __init__(self, data: MultiValueDict[str, Any] | None = None, *, line: BudgetLine, **options: Any) -> None:
        super().__init__(data, **options)
        later = BudgetLine.objects.filter(region_id=line.region_id, year__gt=line.year, is_controlled=True)
        self.later = {str(each.pk): each for each in later}
        field: Any = self.fields["becomes"]
        carried = [(key, f"结转到“{each}”") for key, each in self.later.items()]
        field.choices = [("", "请选择"), *carried, (self.LAPSE, "不结转，收回指标")]
        if not carried:
            field.help_text = "要结转的，请先新建以后年度的指标。"

    @property
    def carry_over_to(self) -> BudgetLine | None:
        """The line that takes it over; None where it lapses."""
        return self.later.get(self.cleaned_data["becomes"])


class ReopenForm(forms.Form):
    """Why a closed month shall be opened again."""

    reason = LineField(label="反结账的理由", max_length=200)


def _cities(regions: list[Region]) -> list[str]:
    return [code for region in regions for code in (region.code, region.parent_id) if code]
