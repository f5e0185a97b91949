"""Forms of what follows an award, one for each act; of plans, inspections by sample and records of credit."""

from __future__ import annotations

from typing import Any

from django import forms

from applications.claims.enums import ClaimStatus
from policies.published.models import SupportItem
from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from portal.core.fields import DayField, LineField, TextField, YuanField
from portal.core.filters import FilterForm
from portal.core.regions import in_trees
from review.followup.enums import DISPUTES, PLANNED, REMEDIES, Act, Effect, FollowUpState, Kind
from review.followup.models import FollowUp
from review.followup.services.matters import Matter, Step
from review.followup.workflow import TABLES
from review.recoveries.enums import RecoveryGround
from review.recoveries.services.proceedings import Proposal
from review.spotchecks.enums import Confidence

_VISITS = (Act.PASS, Act.FAULT)
_EFFECTIVE = (Act.UPHOLD, Act.UPHOLD_PARTLY)
_LABELS = {
    Act.SUBMIT: "说明",
    Act.ACCEPT: "意见",
    Act.PASS: "检查情况",
    Act.FAULT: "发现的问题和整改要求",
}


class ActForm(forms.Form):
    """What goes with an act on a matter: only what the act and the matter's own fields ask."""

    def __init__(self, followup: FollowUp, action: Act, data: Any = None) -> None:
        super().__init__(data, prefix=action)
        self.action = action
        self.labels: list[str] = list(followup.fields) if action == Act.SUBMIT else []
        for place, label in enumerate(self.labels):
            self.fields[f"answer_{place}"] = TextField(
                label=label, max_length=1000, rows=2, initial=followup.answers.get(label, "")
            )
        if action in _VISITS:
            self.fields["visited_on"] = DayField(label="检查日期")
            self.fields["inspectors"] = LineField(label="检查人员", max_length=100, help_text="不少于两人。")
        row = TABLES[followup.kind].get(action)
        needed = bool(row and row.needs_reason)
        self.fields["words"] = TextField(label=_LABELS.get(action, "理由"), max_length=2000, rows=4, required=needed)
        if action in _EFFECTIVE:
            effects = _effects_on(followup)
            self.fields["effect"] = forms.ChoiceField(
                label="对原决定的影响", choices=[(one.value, one.label) for one in effects]
            )
            if Effect.LOWER in effects:
                self.fields["new_sum"] = YuanField(
                    label="调整后的资助（元）",
                    required=False,
                    help_text="提出调减或撤销时填写，全部撤销填 0。",
                )
                self.fields["clause"] = LineField(label="依据条款", max_length=200, required=False)

    def step(self, files: Any) -> Step:
        """The step that the valid form says."""
        given = self.cleaned_data
        proposal = None
        if given.get("effect") == Effect.LOWER and given.get("new_sum") is not None:
            proposal = Proposal(RecoveryGround.ERROR, given.get("clause") or "", given["words"], given["new_sum"])
        return Step(
            words=given["words"],
            files=files,
            answers={label: given[f"answer_{place}"] for place, label in enumerate(self.labels)},
            visited_on=given.get("visited_on"),
            inspectors=given.get("inspectors", ""),
            effect=given.get("effect", ""),
            proposal=proposal,
        )


def _effects_on(followup: FollowUp) -> list[Effect]:
    """What the outcome of a dispute can do to its claim as that stands."""
    found = [Effect.NONE]
    if followup.claim.status in (ClaimStatus.APPROVED, ClaimStatus.PAID):
        found.append(Effect.LOWER)
    if followup.kind in REMEDIES and followup.claim.status in (ClaimStatus.REJECTED, ClaimStatus.NOT_ACCEPTED):
        found.append(Effect.REOPEN)
    return found


class MatterForm(forms.Form):
    """A matter that an officer begins on a claim."""

    kind = forms.TypedChoiceField(
        label="类型", choices=[(one.value, one.label) for one in Kind if one != Kind.RENEWAL], coerce=Kind
    )
    title = LineField(label="名称", max_length=100)
    text = TextField(label="要求、请求或事由", max_length=1000, rows=4, required=False)
    due_on = DayField(label="期限", required=False, help_text="要求报送和现场检查必填；复议、诉讼填答复或举证期限。")
    fields_text = TextField(
        label="填报项目",
        max_length=1000,
        rows=3,
        required=False,
        help_text="每行一项，只用于阶段目标和绩效报告。",
    )
    party = LineField(
        label="投诉人、申请人或原告",
        max_length=100,
        required=False,
        help_text="投诉、复议和诉讼填写，申报单位看不到。",
    )
    number = LineField(label="案号或文号", max_length=80, required=False)

    @property
    def matter(self) -> Matter:
        given = dict(self.cleaned_data)
        fields = [line.strip()[:60] for line in given.pop("fields_text").splitlines() if line.strip()]
        if given["kind"] in DISPUTES or given["kind"] == Kind.INSPECTION:
            fields = []
        return Matter(**given, fields=list(dict.fromkeys(fields)))


class PlanForm(forms.Form):
    """What an item asks after the approval."""

    item = forms.ModelChoiceField(SupportItem.objects.none(), label="事项", empty_label=None)
    kind = forms.TypedChoiceField(label="类型", choices=[(one.value, one.label) for one in PLANNED], coerce=Kind)
    title = LineField(label="名称", max_length=100, help_text="例如：项目绩效报告；认定有效期。")
    months = forms.IntegerField(label="批准后多少个月到期", min_value=1, max_value=240)
    text = TextField(label="要求", max_length=500, rows=3, required=False)
    fields_text = TextField(
        label="填报项目", max_length=1200, rows=4, required=False, help_text="每行一项，申报单位逐项填写。"
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        areas = in_trees("document__region__code", user.regions_for(Role.POLICY_ADMIN))
        items = SupportItem.objects.filter(areas, claimable=True).select_related("document")
        self.fields["item"].queryset = items.order_by("document", "position")  # type: ignore[attr-defined]
        self.fields["item"].label_from_instance = lambda item: item.title  # type: ignore[attr-defined]


class InspectionForm(forms.Form):
    """Which granted claims to draw for a visit."""

    region = forms.ModelChoiceField(Region.objects.none(), label="地区", empty_label=None)
    item = forms.ModelChoiceField(SupportItem.objects.none(), label="事项", required=False, empty_label="全部事项")
    since = DayField(label="批准日期从")
    until = DayField(label="批准日期至")
    confidence = forms.TypedChoiceField(
        label="置信水平", choices=Confidence.choices, coerce=lambda value: Confidence(int(value)), initial=95
    )
    margin = forms.IntegerField(label="误差范围（%）", min_value=1, max_value=30, initial=10)
    seed = LineField(
        label="随机种子", max_length=40, required=False, help_text="留空由系统产生；凭种子可以重现抽取结果。"
    )
    due_on = DayField(label="检查完成期限")

    def __init__(self, data: Any = None, *, regions: list[str]) -> None:
        super().__init__(data)
        self.fields["region"].queryset = Region.objects.filter(pk__in=regions)  # type: ignore[attr-defined]
        items = SupportItem.objects.filter(claimable=True).order_by("document", "position")
        self.fields["item"].queryset = items  # type: ignore[attr-defined]
        self.fields["item"].label_from_instance = lambda item: item.title  # type: ignore[attr-defined]


class CreditForm(forms.Form):
    """A breach that counts until a day."""

    reason = TextField(label="失信事实", max_length=500, rows=3)
    basis = LineField(label="依据", max_length=200, help_text="文件、文号和条款。")
    from_on = DayField(label="起始日期")
    until_on = DayField(label="截止日期", help_text="到期后自动不再计入，最长五年。")


class MatterFilterForm(FilterForm):
    """Filters of the list of matters."""

    also = ("sample",)
    kind = forms.ChoiceField(label="类型", required=False, choices=[("", "全部"), *Kind.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *FollowUpState.choices])
    late = forms.ChoiceField(
        label="期限", required=False, choices=[("", "全部"), ("yes", "已逾期"), ("soon", "三十天内")]
    )
