"""Forms of schemes, panels and scores."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from policies.calls.models import Call
from policies.published.models import SupportItem
from portal.accounts.enums import RegionLevel
from portal.accounts.models import Region, User
from portal.core.fields import DayField, LineField, TextField
from review.decisions.permissions import decided_in
from review.panels.enums import TieRule
from review.panels.models import ORGANISERS, SCHEME_KEEPER, Entry, Scheme, ScoreSheet
from review.panels.scoring import Criterion

_CRITERION = re.compile(r"^(.+?)[\s,，、|]+(\d+(?:\.\d+)?)[\s,，、|]+(\d+(?:\.\d+)?)(%?)(?:[\s,，、|]+(.*))?$")
_NEED = re.compile(r"^(.+?)[\s:：]+(\d{1,2})$")
# Of a longer line the expressions would take time by the square of it.
_LONGEST_LINE = 400
MUST = "必评"


class SchemeForm(forms.Form):
    """A scheme; its criteria one a line: name, most points, weight, and what is to be looked at."""

    region = forms.ModelChoiceField(Region.objects.none(), label="城市", empty_label=None)
    title = LineField(label="名称", max_length=80)
    basis = LineField(label="依据", max_length=200, required=False, help_text="规定评审办法的文件名称和文号。")
    item = forms.ModelChoiceField(SupportItem.objects.none(), label="事项", required=False, empty_label="全部事项")
    call = forms.ModelChoiceField(Call.objects.none(), label="申报通知", required=False, empty_label="全部通知")
    criteria = TextField(
        label="评分指标",
        rows=8,
        help_text=(
            "每行一项：名称 满分 权重 说明，例如“创新性 100 0.4 技术方案的新颖程度”。权重之和为 1（也可写成百分数）。"
            f"不允许选“不适用”的，在说明开头写“{MUST}”。"
        ),
    )
    minimum = forms.IntegerField(label="每件最少评分数", min_value=1, max_value=25, initial=3)
    trimmed = forms.IntegerField(label="去掉最高、最低分各几个", min_value=0, max_value=5, initial=0)
    outlier_distance = forms.DecimalField(
        label="与中位数相差超过多少分作提示", min_value=0, max_value=100, decimal_places=2, initial=15
    )
    places = forms.IntegerField(
        label="入选名额",
        min_value=1,
        max_value=10_000,
        required=False,
        help_text="不限名额的留空；政策规定打分择优的事项由政策定名额、最低得分和同分规则。",
    )
    needed = forms.DecimalField(
        label="入选最低得分", min_value=0, max_value=100, decimal_places=2, required=False, help_text="不设的留空。"
    )
    tie = forms.ChoiceField(label="同分规则", choices=TieRule.choices)
    shows_names = forms.BooleanField(label="向专家显示申报单位名称", required=False)
    shows_files = forms.BooleanField(
        label="向专家提供申报材料文件",
        required=False,
        initial=True,
        help_text="材料中往往有申报单位的名称；需要隐去名称评审的，请不提供。",
    )

    def __init__(self, data: Any = None, *, user: User, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        mine = Region.objects.filter(pk__in=user.regions_for(SCHEME_KEEPER), level=RegionLevel.CITY)
        self.fields["region"].queryset = mine  # type: ignore[attr-defined]
        items = SupportItem.objects.filter(claimable=True).order_by("document", "position")
        self.fields["item"].queryset = items  # type: ignore[attr-defined]
        self.fields["item"].label_from_instance = lambda item: item.title  # type: ignore[attr-defined]
        calls = Call.objects.visible_to(user).filter(region__in=mine).order_by("-pk")
        self.fields["call"].queryset = calls  # type: ignore[attr-defined]

    def clean_criteria(self) -> list[Criterion]:
        found = []
        for number, line in enumerate(self.cleaned_data["criteria"].splitlines(), start=1):
            if not (text := line.strip()):
                continue
            match = _CRITERION.fullmatch(text) if len(text) <= _LONGEST_LINE else None
            if match is None:
                raise forms.ValidationError(
                    f"第 {number} 行无法识别，请写成：名称 满分 权重 说明，不超过 {_LONGEST_LINE} 字。"
                )
            name, most, weight, percent, guide = match.groups()
            share = Decimal(weight) / 100 if percent else Decimal(weight)
            must = (guide or "").startswith(MUST)
            guide = (guide or "").removeprefix(MUST).strip(" ，,：:")
            found.append(Criterion(name.strip()[:40], Decimal(most), share, guide[:200], not must))
        return found

    def clean_tie(self) -> TieRule:
        return TieRule(self.cleaned_data["tie"])


def criteria_text(scheme: Scheme) -> str:
    """The criteria as the form takes them."""
    return "\n".join(
        f"{one.name} {one.most_text} {one.weight_text}"
        + (f" {MUST}" if not one.may_not_apply else "")
        + (f" {one.guide}" if one.guide else "")
        for one in scheme.criterion_rows
    )


class PanelForm(forms.Form):
    """A panel over the claims that wait for one in a region."""

    title = LineField(label="名称", max_length=80)
    scheme = forms.ModelChoiceField(Scheme.objects.none(), label="评分标准", empty_label=None)
    size = forms.IntegerField(label="专家人数", min_value=1, max_value=25, initial=5)
    needs = TextField(
        label="领域要求",
        rows=2,
        required=False,
        help_text="每行一个领域和最少人数，例如“专利 2”。同一工作单位的专家不超过一人。",
    )
    score_until = DayField(label="评分截止日期")
    claims = forms.ModelMultipleChoiceField(
        Claim.objects.none(), label="参评申报", widget=forms.CheckboxSelectMultiple, to_field_name="key"
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.fields["scheme"].queryset = Scheme.objects.visible_to(user).in_force()  # type: ignore[attr-defined]
        self.waiting = waiting_claims(user)
        self.fields["claims"].queryset = self.waiting  # type: ignore[attr-defined]

    def clean_needs(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for number, line in enumerate(self.cleaned_data["needs"].splitlines(), start=1):
            if not (text := line.strip()):
                continue
            match = _NEED.fullmatch(text) if len(text) <= _LONGEST_LINE else None
            if match is None:
                raise forms.ValidationError(f"第 {number} 行无法识别，请写成：领域 人数。")
            found[match[1].strip()[:60]] = int(match[2])
        return found

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        regions = {claim.deciding_region_id for claim in given.get("claims", ())}
        if len(regions) > 1:
            self.add_error("claims", "所选申报由不同地区审定，请按地区分别组建。")
        self.region = Region.objects.select_related("parent").get(pk=regions.pop()) if len(regions) == 1 else None
        return given


def waiting_claims(user: User) -> Any:
    """The claims that wait for a panel where the person forms them, without those before one already."""
    mine = decided_in(user.regions_for(*ORGANISERS))
    found = Claim.objects.visible_to(user).filter(mine, status=ClaimStatus.PANEL)
    found = found.exclude(pk__in=Entry.objects.filter(is_open=True).values("claim_id"))
    found = found.exclude(applicant_id__in=user.recused_from)
    return found.select_related("applicant", "item", "region", "city").order_by("item_id", "submitted_at", "pk")


class OpinionForm(forms.Form):
    """What the panel says together; its report prints it."""

    opinion = TextField(label="评审组意见", max_length=2000, rows=4)


class ScoreForm(forms.Form):
    """Points by criterion, or that it does not apply, and the opinion."""

    comment = TextField(label="评审意见", max_length=2000, rows=5, help_text="写明评分的主要理由。")
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, data: Any = None, *, criteria: Sequence[Criterion], sheet: ScoreSheet | None) -> None:
        initial: dict[str, Any] = {"comment": sheet.comment, "revision": sheet.revision} if sheet else {"revision": 0}
        for number, point in enumerate(sheet.given if sheet else ()):
            initial[f"point_{number}"] = point
            initial[f"none_{number}"] = point is None
        super().__init__(data, initial=initial)
        self.criteria = criteria
        for number, one in enumerate(criteria):
            self.fields[f"point_{number}"] = forms.DecimalField(
                label=one.name, min_value=0, max_value=one.most, decimal_places=2, required=False
            )
            if one.may_not_apply:
                self.fields[f"none_{number}"] = forms.BooleanField(label="不适用", required=False)

    @property
    def rows(self) -> list[tuple[Criterion, forms.BoundField, forms.BoundField | None]]:
        """Each criterion with its controls."""
        return [
            (one, self[f"point_{number}"], self[f"none_{number}"] if one.may_not_apply else None)
            for number, one in enumerate(self.criteria)
        ]

    @property
    def points(self) -> list[Decimal | None]:
        """The points of a valid form, None for what does not apply."""
        given = self.cleaned_data
        return [
            None if given.get(f"none_{number}") else given[f"point_{number}"] for number in range(len(self.criteria))
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for number, one in enumerate(self.criteria):
            name, none = f"point_{number}", given.get(f"none_{number}")
            if name in self.errors:
                continue
            if given.get(name) is None and not none:
                self.add_error(name, f"请给“{one.name}”评分" + ("，或选“不适用”。" if one.may_not_apply else "。"))
            elif given.get(name) is not None and none:
                self.add_error(name, f"“{one.name}”已填分数，又选了“不适用”，请只留其一。")
        return given


class ReopenForm(forms.Form):
    """Why the scores go back, and until when."""

    reason = LineField(label="退回原因", max_length=200)
    until = DayField(label="新的截止日期")
