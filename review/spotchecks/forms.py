"""Forms of a sample and of a second look."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.accounts.models import Region
from portal.core.fields import DayField, LineField, TextField, YuanField
from review.decisions.enums import Conclusion, Stage
from review.spotchecks.enums import Confidence, Source
from review.spotchecks.selectors import STAGES


class SampleForm(forms.Form):
    """What to draw from, and how sure the rate is to be."""

    region = forms.ModelChoiceField(Region.objects.none(), label="地区", empty_label=None)
    source = forms.TypedChoiceField(label="抽取范围", choices=Source.choices, coerce=Source)
    stage = forms.ChoiceField(
        label="环节", required=False, choices=[("", "全部审核环节"), *((one.value, Stage(one).label) for one in STAGES)]
    )
    since = DayField(label="意见日期从")
    until = DayField(label="意见日期至")
    confidence = forms.TypedChoiceField(
        label="置信水平", choices=Confidence.choices, coerce=lambda value: Confidence(int(value)), initial=95
    )
    margin = forms.IntegerField(label="误差范围（%）", min_value=1, max_value=30, initial=10)
    seed = LineField(
        label="随机种子",
        max_length=40,
        required=False,
        help_text="可填写公开的随机数，例如当日开奖号码；留空由系统产生。凭种子可以重现抽取结果。",
    )

    def __init__(self, *given: Any, regions: list[str], **options: Any) -> None:
        super().__init__(*given, **options)
        self.fields["region"].queryset = Region.objects.filter(pk__in=regions)  # type: ignore[attr-defined]


class GiveBackForm(forms.Form):
    """Why a second look ends without a conclusion."""

    reason = LineField(label="交回的理由", max_length=300)


class JudgeForm(forms.Form):
    """The second officer's own conclusion."""

    conclusion = forms.TypedChoiceField(
        label="您的结论",
        choices=[(one.value, one.label) for one in (Conclusion.SUPPORT, Conclusion.REFUSE)],
        coerce=Conclusion,
        widget=forms.RadioSelect,
    )
    amount = YuanField(label="支持金额（元）", required=False, help_text="支持且涉及资金时填写。")
    words = TextField(label="依据和说明", max_length=500, rows=4)
