"""Forms of the checks: an answer, the filters of the list, a sheet of a register, a setting."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from portal.accounts.models import Region
from portal.core.fields import DayField, LineField
from portal.core.filters import FilterForm
from portal.core.registers import RegisterKind
from review.checks.enums import Severity, Verdict
from review.checks.registry import CHECKS
from review.decisions.selectors.queue import claimable_choices


class AnswerForm(forms.Form):
    """An officer's answer to one finding."""

    code = forms.CharField(widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput)
    digest = forms.CharField(widget=forms.HiddenInput)
    verdict = forms.TypedChoiceField(label="核实结果", choices=Verdict.choices, coerce=Verdict)
    reason = LineField(label="情况和依据", max_length=300)


class FindingFilterForm(FilterForm):
    """Filters of the list of findings."""

    code = forms.ChoiceField(label="核查项", required=False)
    severity = forms.ChoiceField(
        label="程度",
        required=False,
        choices=[("", "全部"), *((each.value, each.label) for each in Severity if each != Severity.OFF)],
    )
    item = forms.TypedChoiceField(label="事项", required=False, coerce=int, empty_value=None)
    answered = forms.ChoiceField(
        label="答复", required=False, choices=[("", "全部"), ("no", "没有答复"), ("yes", "已有答复")]
    )

    def __init__(self, data: MultiValueDict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        codes = [(code, check.title) for code, check in CHECKS.items()]
        self.fields["code"].choices = [("", "全部"), *codes]  # type: ignore[attr-defined]
        self.fields["item"].choices = [("", "全部"), *claimable_choices()]  # type: ignore[attr-defined]


class SheetForm(forms.Form):
    """A sheet of an outside register."""

    kind = forms.TypedChoiceField(label="名单", choices=RegisterKind.choices, coerce=RegisterKind)
    region = forms.ModelChoiceField(Region.objects.none(), label="适用地区", empty_label=None)
    as_of = DayField(label="截至日期", help_text="名单反映的是哪一天的情况。")
    source = LineField(label="来源", max_length=120, help_text="例如：国家知识产权局通报〔2026〕3号。")
    file = forms.FileField(label="表格文件", help_text="xlsx、xls 或 csv，第一张工作表，第一行为表头。")

    def __init__(self, *given: Any, regions: list[str], **options: Any) -> None:
        super().__init__(*given, **options)
        self.fields["region"].queryset = Region.objects.filter(pk__in=regions)  # type: ignore[attr-defined]
