"""Filters of the lists, and the forms of a meeting, a publicity and an objection."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from applications.claims.enums import ClaimStatus
from policies.calls.models import Call
from portal.accounts.models import Region, User
from portal.core.errors import show_refusal
from portal.core.fields import DayField, LineField, SearchField, TextField
from portal.core.filters import FilterForm
from review.decisions.forms.decision import decision_no_field
from review.decisions.models import PublicityList
from review.decisions.selectors.agenda import scored_calls
from review.decisions.selectors.queue import ClaimFilter, claimable_choices, district_choices
from review.decisions.services.decisions import Minutes, refuse_coming_meeting
from review.decisions.services.objections import Objector
from review.decisions.services.publicity import PublicityPlan


class ClaimFilterForm(FilterForm):
    """Filters of a work queue; `ClaimSearchForm` has all of them. `from` and `way` say from which claim on."""

    also = frozenset({"from", "way"})

    q = SearchField(
        label="查找",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "编号、单位名称或信用代码", "data-key-focus": "/"}),
    )
    item = forms.TypedChoiceField(label="事项", required=False, coerce=int, empty_value=None)
    submitted_from = DayField(label="提交自", required=False)
    submitted_to = DayField(label="提交至", required=False)
    overdue = forms.BooleanField(label="只看超期", required=False)
    open_findings = forms.BooleanField(label="只看有疑点", required=False)
    suspended = forms.BooleanField(label="只看挂起", required=False)

    def __init__(self, data: MultiValueDict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["item"].choices = [("", "全部"), *claimable_choices()]  # type: ignore[attr-defined]

    def as_filter(self) -> ClaimFilter:
        """What was asked for. Raises FilterError."""
        asked = self.asked()
        return ClaimFilter(
            text=asked.get("q") or "",
            item_id=asked.get("item"),
            status=asked.get("status") or "",
            district=asked.get("district") or "",
            submitted_from=asked.get("submitted_from"),
            submitted_to=asked.get("submitted_to"),
            overdue=bool(asked.get("overdue")),
            open_findings=bool(asked.get("open_findings")),
            suspended=bool(asked.get("suspended")),
        )


class ScoresForm(forms.Form):
    """The scores of a panel, pasted as two columns."""

    call = forms.ModelChoiceField(Call.objects.none(), label="申报通知", empty_label=None)
    paper = LineField(label="评审依据", max_length=120, help_text="例如：锡知评审纪要〔2026〕2号。")
    table = TextField(
        label="申报编号和得分",
        max_length=200_000,
        rows=10,
        help_text="从表格复制两列粘贴；同一申报以最后一次登记的为准。",
    )

    def __init__(self, data: MultiValueDict[str, Any] | None = None, *, user: User, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["call"].queryset = scored_calls(user)  # type: ignore[attr-defined]


class ClaimSearchForm(ClaimFilterForm):
    """Filters of the search over all claims that a person sees."""

    status = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), *((s.value, s.label) for s in ClaimStatus if s != ClaimStatus.DRAFT)],
    )
    field_order = ("q", "item", "status", "district", "submitted_from", "submitted_to", "overdue", "open_findings")

    def __init__(self, data: MultiValueDict[str, Any] | None = None, *, user: User, **options: Any) -> None:
        super().__init__(data, **options)
        if districts := district_choices(user):
            self.fields["district"] = forms.ChoiceField(
                label="区县", required=False, choices=[("", "全部"), *districts]
            )
            self.order_fields(self.field_order)


class MinutesForm(forms.Form):
    """The meeting that decides on several claims at once."""

    minutes_number = LineField(label="会议纪要编号", max_length=60)
    minutes_date = DayField(label="会议日期")
    decision_no = decision_no_field(required=False)

    def clean_minutes_date(self) -> date:
        """Said here already, or each of the claims would be refused with it."""
        held_on: date = self.cleaned_data["minutes_date"]
        with show_refusal(self):
            refuse_coming_meeting(held_on, today=timezone.localdate())
        return held_on

    @property
    def minutes(self) -> Minutes:
        given = self.cleaned_data
        return Minutes(given["minutes_number"], given["minutes_date"], given["decision_no"])


class PublicityForm(forms.Form):
    """A new publicity list."""

    title = LineField(label="标题", max_length=120)
    starts_on = DayField(label="开始日期", help_text="首日计入公示期。")
    workdays = forms.IntegerField(label="公示工作日", min_value=1, max_value=60)
    contact = LineField(label="异议受理方式", max_length=200, help_text="受理部门、电话和地址，将在公示页面公布。")

    replaces = forms.ModelChoiceField(
        label="更正的公示",
        queryset=PublicityList.objects.none(),
        required=False,
        empty_label="不是更正",
        help_text="选择后，两份名单互相注明。",
    )

    def __init__(self, data: MultiValueDict[str, Any] | None = None, *, region: Region, **options: Any) -> None:
        today = timezone.localdate()
        initial = {
            "title": f"{today.year}年度{region.name}知识产权专项资金拟资助名单公示",
            "starts_on": today,
            "workdays": settings.PUBLICITY_WORKDAYS,
            "contact": "，".join(filter(None, [region.bureau, region.contact])),
        }
        super().__init__(data, initial=initial, **options)
        corrected = PublicityList.objects.exclude(withdrawn_reason="").filter(region=region, replaced_by=None)
        if corrected.exists():
            self.fields["replaces"].queryset = corrected  # type: ignore[attr-defined]
            self.initial["replaces"] = corrected[0]
        else:
            del self.fields["replaces"]

    @property
    def plan(self) -> PublicityPlan:
        return PublicityPlan(**self.cleaned_data)


class WithdrawForm(forms.Form):
    """Why a list is taken down, and what becomes of its claims."""

    reason = LineField(label="撤下原因", max_length=300, help_text="将在公示页面公布，并告知申报单位。")
    redecide = forms.TypedChoiceField(
        label="撤下后",
        choices=[("", "审定结果不变，更正名单后重新公示"), ("1", "全部退回重新审定")],
        coerce=bool,
        required=False,
        widget=forms.RadioSelect,
    )


class ObjectionForm(forms.Form):
    """A signed objection as it came in."""

    objector = LineField(label="异议人（实名）", max_length=60, help_text="身份保密，只有本市审核人员可见。")
    contact = LineField(label="联系方式", max_length=60)
    received_on = DayField(label="收到日期")
    text = TextField(label="异议内容", max_length=4000, rows=5)

    @property
    def who(self) -> Objector:
        return Objector(self.cleaned_data["objector"], self.cleaned_data["contact"])


class ObjectionConclusionForm(forms.Form):
    """What the verification of an objection found."""

    conclusion = TextField(
        label="核实结论",
        max_length=2000,
        help_text="异议成立或部分成立时，结论会作为理由告知申报单位：请勿写出异议人的身份。",
        rows=4,
    )
