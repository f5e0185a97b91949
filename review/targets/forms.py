"""What officials enter: a measured value, its correction, the progress of a plan."""

import uuid
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from portal.core.fields import DayField, LineField, TextField
from review.targets.enums import ProgressState, SourceKind
from review.targets.figures import POINTS, RATIO, FigureError, figure_text, read_figure
from review.targets.goals import Goal
from review.targets.models import Measurement
from review.targets.programmes import Task
from review.targets.services import Reading, Report

Data = MultiValueDict[str, Any] | None

_ENTERED = [(kind.value, kind.label) for kind in SourceKind if kind != SourceKind.PLATFORM]
NOT_YET = "尚未达到"


class FigureField(forms.CharField):
    """A measured value as people write it (35亿, 92%, 1,200); gives it in the target's unit, never rounded."""

    def __init__(self, *, unit: str, **options: Any) -> None:
        self.unit = unit
        options.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": 40})
        )
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if text is None or text in self.empty_values:
            return None
        try:
            return read_figure(text, self.unit)
        except FigureError as error:
            raise forms.ValidationError(str(error)) from error


def _help(unit: str) -> str:
    if unit == RATIO:
        return "写成 92% 或 0.92"
    if unit == POINTS:
        return "服务业营业收入增速减去对比增速，可以是负数"
    return "以元计，可写 35亿、1200万" if unit.startswith(("元", "美元")) else f"以{unit}计，可写 1,200 或 3.8万"


class MeasurementForm(forms.Form):
    """A measured value of one target, with its day and source."""

    year = forms.TypedChoiceField(label="目标年度", coerce=int)
    measured_on = DayField(label="数据时点", help_text="这个数值说明的是哪一天的情况，例如年末")
    source_kind = forms.ChoiceField(label="来源类别", choices=_ENTERED)
    source = LineField(label="来源", max_length=300, help_text="文件名称和文号、统计报表名称，或网页标题")
    link = forms.URLField(
        label="链接",
        required=False,
        max_length=500,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
        help_text="公众可以打开的网址，没有的不填",
    )
    is_lower_bound = forms.BooleanField(label="只统计到一部分，实际不少于此数", required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)
    field_order: tuple[str, ...] = (
        "year",
        "value",
        "wording",
        "is_lower_bound",
        "measured_on",
        "source_kind",
        "source",
        "link",
    )

    def __init__(self, data: Data = None, *, goal: Goal, **options: Any) -> None:
        initial = {"key": uuid.uuid4(), "year": _likely_year(goal), **options.pop("initial", {})}
        super().__init__(data, initial=initial, **options)
        self.fields["year"].choices = [(year, f"{year} 年") for year in goal.years]  # type: ignore[attr-defined]
        if not goal.is_yearly:
            self.fields["year"].widget = forms.HiddenInput()
        if goal.target is None:
            words = [(word, word) for word in (goal.wanted, NOT_YET)]
            self.fields["wording"] = forms.ChoiceField(label="实测情况", choices=words)
            del self.fields["is_lower_bound"]
        else:
            self.fields["value"] = FigureField(label="实测值", unit=goal.unit, help_text=_help(goal.unit))
        self.order_fields(self.field_order)

    @property
    def reading(self) -> Reading:
        """What was entered, of a valid form."""
        entered = self.cleaned_data
        return Reading(
            year=entered["year"],
            value=entered.get("value"),
            wording=entered.get("wording", ""),
            measured_on=entered["measured_on"],
            source_kind=SourceKind(entered["source_kind"]),
            source=entered["source"],
            link=entered["link"],
            is_lower_bound=entered.get("is_lower_bound", False),
        )


def _likely_year(goal: Goal) -> int:
    return min(max(timezone.localdate().year, goal.years[0]), goal.years[-1])


class CorrectionForm(MeasurementForm):
    """The value that takes the place of one entered before, or the word that none does."""

    is_void = forms.BooleanField(
        label="作废，不用别的数值代替", required=False, help_text="例如登记到了别的目标下；勾选后只需填写更正原因"
    )
    reason = LineField(label="更正原因", max_length=300)
    field_order = (*MeasurementForm.field_order, "is_void", "reason")

    def __init__(self, data: Data = None, *, goal: Goal, row: Measurement, **options: Any) -> None:
        kind = row.source_kind if row.source_kind != SourceKind.PLATFORM else SourceKind.DOCUMENT
        initial = {
            "year": row.year,
            "value": "" if row.value is None else figure_text(row.value, goal.unit),
            "wording": row.wording,
            "is_lower_bound": row.is_lower_bound,
            "measured_on": row.measured_on,
            "source_kind": kind,
            "source": row.source,
            "link": row.link,
        }
        super().__init__(data, goal=goal, initial=initial, **options)
        if data is not None and data.get("is_void"):
            for name in self.fields:
                self.fields[name].required = name in ("reason", "key")

    @property
    def replacement(self) -> Reading | None:
        """What takes the place, None where nothing does; of a valid form."""
        return None if self.cleaned_data["is_void"] else self.reading


class ProgressForm(forms.Form):
    """What is known of a phase or duty of a plan."""

    state = forms.ChoiceField(label="进展", choices=ProgressState.choices)
    note = TextField(
        label="情况",
        max_length=500,
        help_text="做了什么、到了哪一步",
        rows=4,
    )
    source = LineField(label="依据", max_length=300, required=False, help_text="文件、会议或网页；登记为已完成的必填")
    on = DayField(label="日期")
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Data = None, *, task: Task, **options: Any) -> None:
        last = task.last
        initial = {
            "key": uuid.uuid4(),
            "seen": last.pk if last else 0,
            "state": last.state if last else ProgressState.UNDER_WAY,
            "on": timezone.localdate(),
        }
        super().__init__(data, initial=initial, **options)
        if task.duty.is_ongoing:
            states = [choice for choice in ProgressState.choices if choice[0] != ProgressState.DONE]
            self.fields["state"].choices = states  # type: ignore[attr-defined]
        self.year = task.year

    @property
    def report(self) -> Report:
        """What was reported, of a valid form."""
        entered = self.cleaned_data
        return Report(
            year=self.year,
            state=ProgressState(entered["state"]),
            note=entered["note"],
            source=entered["source"],
            on=entered["on"],
        )
