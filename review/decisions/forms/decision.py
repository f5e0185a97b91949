"""The forms by which an officer concludes: one for each conclusion, all carrying what the page showed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django import forms

from applications.claims.services.corrections import PointAsked
from portal.core.fields import DayField, YuanField
from portal.core.money import ZERO
from review.decisions.enums import Conclusion, CreditResult, DeclineGround, RefusalGround, Stage
from review.decisions.services.decisions import Minutes
from review.decisions.services.locking import ExpectedState
from review.decisions.services.sums import LineSum

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from django.forms.boundfield import BoundField
    from django.utils.datastructures import MultiValueDict

    from applications.claims.selectors.scope import CorrectionTarget
    from review.decisions.selectors.ceilings import Ceilings
    from review.decisions.selectors.dossier import Dossier, ShownLine

POINTS = 4
MOST_POINTS = 60


class SeenForm(forms.Form):
    """What every conclusion carries: the status and round that the officer saw."""

    conclusion: Conclusion

    status = forms.CharField(widget=forms.HiddenInput)
    round = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: MultiValueDict[str, Any] | None = None, *, dossier: Dossier, **options: Any) -> None:
        initial = {"status": dossier.claim.status, "round": dossier.claim.round} | options.pop("initial", {})
        super().__init__(data, initial=initial, auto_id=f"id_{self.conclusion}_%s", **options)
        self.dossier = dossier

    @property
    def expected(self) -> ExpectedState:
        return ExpectedState(self.cleaned_data["status"], self.cleaned_data["round"])

    @property
    def minutes(self) -> Minutes | None:
        """The meeting that decided; None at the stages that need none."""
        if "minutes_number" not in self.fields:
            return None
        return Minutes(self.cleaned_data["minutes_number"], self.cleaned_data["minutes_date"])


class ConfirmForm(SeenForm):
    """Accept, or confirm the first officer's proposal: nothing to fill in."""

    conclusion = Conclusion.SUPPORT


@dataclass(frozen=True, slots=True)
class SumRow:
    """One line of the support form; `ceiling` is None where the document names no sum."""

    shown: ShownLine
    amount: BoundField
    reason: BoundField
    ceiling: Decimal | None


class SupportForm(SeenForm):
    """A sum for each line, the conditions found unmet, and at the final decision the meeting's minutes.

    Where the document names no sum, a line's sum and its reason are the officer's own; where it gives a title, a line
    has no sum, or one that may be left empty.
    """

    conclusion = Conclusion.SUPPORT

    def __init__(
        self,
        data: MultiValueDict[str, Any] | None = None,
        *,
        dossier: Dossier,
        ceilings: Ceilings,
        **options: Any,
    ) -> None:
        super().__init__(data, dossier=dossier, **options)
        self.ceilings = ceilings
        lines = [shown.line for shown in dossier.lines]
        self.by_line = ceilings.of_lines(lines)
        self.open_lines = ceilings.open_lines(lines, dossier.item)
        for shown in dossier.lines:
            if shown.line.pk in self.open_lines:
                self._ask_open_sum(shown)
            elif not ceilings.is_recognised:
                self._ask_sum(shown)
        self.fields["unmet"] = unmet_field(dossier)
        add_minutes(self, dossier)
        if dossier.stage == Stage.FINAL and self.open_lines:
            self.fields["decision_no"] = decision_no_field(required=not ceilings.is_recognised)

    def _ask_sum(self, shown: ShownLine) -> None:
        ceiling = self.by_line[shown.line.pk]
        amount, reason = self.dossier.suggested.get(shown.line.pk, (ceiling, ""))
        self.fields[f"amount_{shown.line.pk}"] = YuanField(
            label=f"第 {shown.number} 项支持金额（元）", initial=min(amount, ceiling)
        )
        self.fields[f"reason_{shown.line.pk}"] = forms.CharField(
            label=f"第 {shown.number} 项核减理由",
            required=False,
            max_length=300,
            initial=reason if amount < ceiling else "",
            widget=forms.TextInput(attrs={"placeholder": "低于上限时必填"}),
        )

    def _ask_open_sum(self, shown: ShownLine) -> None:
        amount, reason = self.dossier.suggested.get(shown.line.pk, (shown.requested, ""))
        beside_title = self.ceilings.is_recognised
        self.fields[f"amount_{shown.line.pk}"] = YuanField(
            label=f"第 {shown.number} 项{'奖励' if beside_title else '拟支持'}金额（元）",
            required=not beside_title,
            initial=amount,
            error_messages={"required": "文件未定金额，请填写拟支持的金额；该项不支持的填 0。"},
            widget=forms.TextInput(
                attrs={
                    "inputmode": "decimal",
                    "autocomplete": "off",
                    "placeholder": "没有奖励则不填" if beside_title else "由审核人员提出",
                }
            ),
        )
        self.fields[f"reason_{shown.line.pk}"] = forms.CharField(
            label=f"第 {shown.number} 项金额理由",
            required=False,
            max_length=300,
            initial=reason,
            widget=forms.TextInput(attrs={"placeholder": "规模、成效、比照的标准等"}),
        )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for pk in self.open_lines:
            if self.cleaned_data.get(f"amount_{pk}") and not self.cleaned_data.get(f"reason_{pk}", "").strip():
                self.add_error(f"reason_{pk}", "金额由人决定，请写明理由。")
        has_sum = any(self.cleaned_data.get(f"amount_{pk}") for pk in self.open_lines)
        if has_sum and "decision_no" in self.fields and not self.cleaned_data.get("decision_no", "").strip():
            self.add_error("decision_no", "请填写确定金额的文件或决定。")
        return cleaned

    @property
    def rows(self) -> list[SumRow]:
        """Each line that asks for a sum, with its two fields and its ceiling."""
        return [
            SumRow(
                shown,
                self[f"amount_{shown.line.pk}"],
                self[f"reason_{shown.line.pk}"],
                None if shown.line.pk in self.open_lines else self.by_line[shown.line.pk],
            )
            for shown in self.dossier.lines
            if f"amount_{shown.line.pk}" in self.fields
        ]

    @property
    def sums(self) -> dict[int, LineSum]:
        """What was typed, by the line's pk; an empty reward beside a title is none."""
        return {
            row.shown.line.pk: LineSum(self.cleaned_data[row.amount.name] or ZERO, self.cleaned_data[row.reason.name])
            for row in self.rows
        }

    @property
    def minutes(self) -> Minutes | None:
        minutes = super().minutes
        return minutes and replace(minutes, decision_no=self.cleaned_data.get("decision_no", ""))


class RefuseForm(SeenForm):
    """Grounds chosen from a list, words of one's own, and the conditions found unmet."""

    conclusion = Conclusion.REFUSE

    grounds = forms.MultipleChoiceField(
        label="理由", widget=forms.CheckboxSelectMultiple, error_messages={"required": "请至少选择一项理由。"}
    )
    text = forms.CharField(
        label="具体说明",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="申报单位将看到这些文字：请写明哪一项、什么问题、依据哪一条。",
        error_messages={"required": "请写明具体问题，申报单位凭此了解原因。"},
    )

    def __init__(self, data: MultiValueDict[str, Any] | None = None, *, dossier: Dossier, **options: Any) -> None:
        super().__init__(data, dossier=dossier, **options)
        grounds = DeclineGround if dossier.stage == Stage.ACCEPTANCE else RefusalGround
        self.fields["grounds"].choices = grounds.choices  # type: ignore[attr-defined]
        self._labels = dict(grounds.choices)
        if dossier.stage != Stage.ACCEPTANCE:
            self.fields["unmet"] = unmet_field(dossier)
        add_minutes(self, dossier)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if "condition" in self.cleaned_data.get("grounds", []) and not self.cleaned_data.get("unmet"):
            self.add_error("unmet", "选择了“不符合支持条件”，请勾选是哪些条件。")
        return cleaned

    @property
    def reason(self) -> str:
        """Grounds, conditions and words as the applicant reads them."""
        texts = {condition.code: condition.text for condition in self.dossier.conditions}
        words = [str(self._labels[ground]) for ground in self.cleaned_data["grounds"] if ground != "other"]
        unmet = [texts[code] for code in self.cleaned_data.get("unmet", [])]
        if unmet:
            words.append(f"未满足的条件：{'、'.join(unmet)}")
        return "；".join([*words, self.cleaned_data["text"].strip()])


class SendBackForm(SeenForm):
    """The second officer's words to the first."""

    conclusion = Conclusion.SEND_BACK

    text = forms.CharField(
        label="退回原因",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="仅经办人员可见：请写明需要重新核实什么。",
    )


class CorrectionForm(SeenForm):
    """Places of the form to correct, each with what is asked there."""

    conclusion = Conclusion.CORRECT

    def __init__(
        self,
        data: MultiValueDict[str, Any] | None = None,
        *,
        dossier: Dossier,
        targets: Sequence[CorrectionTarget],
        **options: Any,
    ) -> None:
        super().__init__(data, dossier=dossier, **options)
        places = [("", "请选择位置"), ("|", "整份申报"), *((target.value, target.label) for target in targets)]
        self._places = {target.value: target for target in targets}
        asked = sum(1 for name in data or {} if name.startswith("place_"))
        self.count = min(max(POINTS, asked), MOST_POINTS)
        for number in range(self.count):
            self.fields[f"place_{number}"] = forms.ChoiceField(
                label=f"第 {number + 1} 处", required=False, choices=places
            )
            self.fields[f"remark_{number}"] = forms.CharField(
                label=f"第 {number + 1} 处要求",
                required=False,
                max_length=300,
                widget=forms.TextInput(attrs={"placeholder": "例如：发票金额与填写的不一致，请核对后修改"}),
            )

    @property
    def rows(self) -> list[tuple[BoundField, BoundField]]:
        return [(self[f"place_{number}"], self[f"remark_{number}"]) for number in range(self.count)]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for number in range(self.count):
            place = self.cleaned_data.get(f"place_{number}")
            remark = (self.cleaned_data.get(f"remark_{number}") or "").strip()
            if place and not remark:
                self.add_error(f"remark_{number}", "请写明这一处有什么问题、应怎样补正。")
            if remark and not place:
                self.add_error(f"place_{number}", "请选择这条要求对应的位置。")
        if not self.errors and not self.points:
            raise forms.ValidationError("请至少填写一处需要补正的内容。")
        return cleaned

    @property
    def points(self) -> list[PointAsked]:
        found = []
        for number in range(self.count):
            place = self.cleaned_data.get(f"place_{number}")
            if not place:
                continue
            target = self._places.get(place)
            found.append(
                PointAsked(
                    line_position=target.line_position if target else None,
                    field=target.field if target else "",
                    remark=self.cleaned_data[f"remark_{number}"].strip(),
                )
            )
        return found


class CreditForm(forms.Form):
    """What a credit check said."""

    result = forms.ChoiceField(label="查询结果", choices=CreditResult.choices)
    source = forms.CharField(label="查询来源", max_length=120, initial="信用中国")
    checked_on = DayField(label="查询日期")
    remark = forms.CharField(label="备注", max_length=300, required=False)


def add_minutes(form: SeenForm, dossier: Dossier) -> None:
    """Ask a final conclusion for the meeting that made it."""
    if dossier.stage == Stage.FINAL:
        form.fields["minutes_number"] = forms.CharField(label="会议纪要编号", max_length=60)
        form.fields["minutes_date"] = DayField(label="会议日期")


def decision_no_field(*, required: bool) -> forms.CharField:
    """The paper that sets a sum which the policy document does not name."""
    return forms.CharField(
        label="金额依据",
        max_length=120,
        required=required,
        help_text="确定金额的文件或决定：名称、文号和日期。将写入通知书。",
        widget=forms.TextInput(attrs={"placeholder": "例如：市政府专题会议纪要〔2026〕12号，2026-05-20"}),
        error_messages={"required": "政策文件没有规定金额，请填写确定金额的文件或决定。"},
    )


def unmet_field(dossier: Dossier) -> forms.MultipleChoiceField:
    """The item's conditions, to tick those that an officer found unmet."""
    return forms.MultipleChoiceField(
        label="审核认为不满足的条件",
        required=False,
        choices=[(condition.code, condition.text) for condition in dossier.conditions],
        widget=forms.CheckboxSelectMultiple,
        help_text="勾选后重新测算；都满足则不勾选。",
    )
