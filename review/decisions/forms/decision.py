"""The forms by which an officer concludes: one for each conclusion, all carrying what the page showed."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.datastructures import MultiValueDict

from portal.core.fields import DayField, LineField, TextField, YuanField
from portal.core.money import ZERO
from review.decisions.enums import Conclusion, CreditResult, DeclineGround, RefusalGround, Stage
from review.decisions.forms.report import add_report
from review.decisions.selectors.ceilings import Ceilings
from review.decisions.selectors.claim_review import ClaimReview, ShownLine
from review.decisions.services.decisions import Minutes
from review.decisions.services.locking import ExpectedState
from review.decisions.services.sums import LineSum

REFUSAL_QUESTION = "确认作出这一决定？申报单位将收到通知，不能撤回。"


class SeenForm(forms.Form):
    """What every conclusion carries: the status and round that the officer saw, and how the page words it.

    `done` is the message afterwards, `confirm` the question before a conclusion that cannot be taken back, and
    `fields_template` lays out fields that are not simply listed.
    """

    conclusion: Conclusion
    fields_template = ""
    tone = "primary"
    icon = ""
    has_next = True

    status = forms.CharField(widget=forms.HiddenInput)
    round = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, data: MultiValueDict[str, Any] | None = None, *, claim_review: ClaimReview, **options: Any
    ) -> None:
        initial = {"status": claim_review.claim.status, "round": claim_review.claim.round} | options.pop("initial", {})
        super().__init__(data, initial=initial, auto_id=f"id_{self.conclusion}_%s", **options)
        self.claim_review = claim_review

    @classmethod
    def title_at(cls, stage: Stage | None) -> str:
        """What the conclusion is called at a stage."""
        return cls.conclusion.label_at(stage)

    @property
    def title(self) -> str:
        return self.title_at(self.claim_review.stage)

    @property
    def help(self) -> str:
        return ""

    @property
    def button(self) -> str:
        return self.title

    @property
    def confirm(self) -> str:
        return ""

    @property
    def done(self) -> str:
        raise NotImplementedError

    @property
    def listed_fields(self) -> list[BoundField]:
        """The fields one below the other; those of the meeting and of a report stand after them."""
        return [field for field in self.visible_fields() if not field.name.startswith(("minutes_", "report_"))]

    @property
    def report_fields(self) -> list[BoundField]:
        """The fields of a panel's or an auditor's report."""
        return [field for field in self.visible_fields() if field.name.startswith("report_")]

    @property
    def following(self) -> str:
        """The name of the step to which the claim goes when this stage supports it."""
        return self.claim_review.claim.procedure.after(str(self.claim_review.stage))

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
    """Confirm the first officer's proposal: nothing to fill in."""

    conclusion = Conclusion.SUPPORT
    icon = "check"
    button = "确认"
    done = "已确认初审意见。"

    @classmethod
    def title_at(cls, stage: Stage | None) -> str:  # noqa: ARG003 - the same at every stage
        return "确认初审意见"

    @property
    def help(self) -> str:
        proposal = self.claim_review.latest(Stage.DISTRICT_FIRST)
        if proposal and proposal.conclusion == Conclusion.REFUSE:
            follows = "并作出不予支持的决定"
        else:
            follows = {"市级复审": "报送市级复审", "审定": "提交本区审定"}.get(self.following, f"转{self.following}")
        return f"按初审的意见和金额确认，{follows}。"

    @property
    def confirm(self) -> str:
        proposal = self.claim_review.latest(Stage.DISTRICT_FIRST)
        return REFUSAL_QUESTION if proposal and proposal.conclusion == Conclusion.REFUSE else ""


class AcceptForm(SeenForm):
    """Take a claim up for review: nothing to fill in."""

    conclusion = Conclusion.SUPPORT
    icon = "check"

    @property
    def help(self) -> str:
        return f"材料齐全、属于受理范围，转{self.following}。"

    @property
    def done(self) -> str:
        return f"已受理，进入{self.following}。"


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
    icon = "check"
    fields_template = "review/_support_sums.html"

    def __init__(
        self,
        data: MultiValueDict[str, Any] | None = None,
        *,
        claim_review: ClaimReview,
        ceilings: Ceilings,
        **options: Any,
    ) -> None:
        super().__init__(data, claim_review=claim_review, **options)
        self.ceilings = ceilings
        lines = [shown.line for shown in claim_review.lines]
        self.by_line = ceilings.of_lines(lines)
        self.open_lines = ceilings.open_lines(lines, claim_review.item)
        for shown in claim_review.lines:
            if shown.line.pk in self.open_lines:
                self._ask_open_sum(shown)
            elif not ceilings.is_recognised:
                self._ask_sum(shown)
        self.fields["unmet"] = unmet_field(claim_review)
        add_minutes(self, claim_review)
        add_report(self, claim_review.claim, claim_review.stage)
        if claim_review.stage == Stage.FINAL and self.open_lines:
            self.fields["decision_no"] = decision_no_field(required=not ceilings.is_recognised)

    def _ask_sum(self, shown: ShownLine) -> None:
        ceiling = self.by_line[shown.line.pk]
        amount, reason = self.claim_review.suggested.get(shown.line.pk, (ceiling, ""))
        self.fields[f"amount_{shown.line.pk}"] = YuanField(
            label=f"第 {shown.number} 项支持金额（元）", initial=min(amount, ceiling)
        )
        self.fields[f"reason_{shown.line.pk}"] = LineField(
            label=f"第 {shown.number} 项核减理由",
            required=False,
            max_length=300,
            initial=reason if amount < ceiling else "",
            widget=forms.TextInput(attrs={"placeholder": "低于上限时必填"}),
        )

    def _ask_open_sum(self, shown: ShownLine) -> None:
        amount, reason = self.claim_review.suggested.get(shown.line.pk, (shown.requested, ""))
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
        self.fields[f"reason_{shown.line.pk}"] = LineField(
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
            for shown in self.claim_review.lines
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
    def button(self) -> str:
        if self.claim_review.stage != Stage.FINAL:
            return "支持并报送"
        return "审定认定" if self.ceilings.is_recognised else "审定支持"

    @property
    def done(self) -> str:
        return {
            Stage.DISTRICT_FIRST: "初审意见已报送复核。",
            Stage.CITY: f"复审通过，进入{self.following}。",
            Stage.AUDIT: f"审计意见已登记，进入{self.following}。",
            Stage.PANEL: f"评审意见已登记，进入{self.following}。",
            Stage.FINAL: f"已审定支持，等待{self.following}。",
        }[self.claim_review.stage or Stage.FINAL]

    @property
    def minutes(self) -> Minutes | None:
        minutes = super().minutes
        return minutes and replace(minutes, decision_no=self.cleaned_data.get("decision_no", ""))


class RefuseForm(SeenForm):
    """Grounds chosen from a list, words of one's own, and the conditions found unmet."""

    conclusion = Conclusion.REFUSE
    tone = "danger"
    field_order = ("status", "round", "grounds", "unmet")

    grounds = forms.MultipleChoiceField(
        label="理由", widget=forms.CheckboxSelectMultiple, error_messages={"required": "请至少选择一项理由。"}
    )
    text = TextField(
        label="具体说明",
        max_length=1000,
        help_text="申报单位将看到这些文字：请写明哪一项、什么问题、依据哪一条。",
        error_messages={"required": "请写明具体问题，申报单位凭此了解原因。"},
        rows=4,
    )

    def __init__(
        self, data: MultiValueDict[str, Any] | None = None, *, claim_review: ClaimReview, **options: Any
    ) -> None:
        super().__init__(data, claim_review=claim_review, **options)
        grounds = DeclineGround if claim_review.stage == Stage.ACCEPTANCE else RefusalGround
        self.fields["grounds"].choices = grounds.choices  # type: ignore[attr-defined]
        self._labels = dict(grounds.choices)
        if claim_review.stage != Stage.ACCEPTANCE:
            self.fields["unmet"] = unmet_field(claim_review)
        add_minutes(self, claim_review)
        add_report(self, claim_review.claim, claim_review.stage)
        self.order_fields(self.field_order)

    @property
    def is_proposal(self) -> bool:
        """Whether another officer still confirms it."""
        return self.claim_review.stage == Stage.DISTRICT_FIRST

    @property
    def help(self) -> str:
        remedies = "申报单位会同时收到救济途径：六十日内申请行政复议，六个月内提起行政诉讼。"
        return remedies if self.claim_review.stage == Stage.ACCEPTANCE else ""

    @property
    def confirm(self) -> str:
        return "" if self.is_proposal else REFUSAL_QUESTION

    @property
    def button(self) -> str:
        return f"{self.title}，报送复核" if self.is_proposal else self.title

    @property
    def done(self) -> str:
        return "已建议不予支持，报送复核。" if self.is_proposal else f"已作出{self.title}的决定。"

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if "condition" in self.cleaned_data.get("grounds", []) and not self.cleaned_data.get("unmet"):
            self.add_error("unmet", "选择了“不符合支持条件”，请勾选是哪些条件。")
        return cleaned

    @property
    def reason(self) -> str:
        """Grounds, conditions and words as the applicant reads them."""
        texts = {condition.code: condition.text for condition in self.claim_review.conditions}
        words = [str(self._labels[ground]) for ground in self.cleaned_data["grounds"] if ground != "other"]
        unmet = [texts[code] for code in self.cleaned_data.get("unmet", [])]
        if unmet:
            words.append(f"未满足的条件：{'、'.join(unmet)}")
        return "；".join([*words, self.cleaned_data["text"].strip()])


class SendBackForm(SeenForm):
    """What the stage to which the claim goes back shall look at again."""

    conclusion = Conclusion.SEND_BACK
    done = "已退回。"
    has_next = False

    text = TextField(
        label="退回原因",
        max_length=1000,
        help_text="仅经办人员可见：请写明需要重新核实什么。",
    )


class CreditForm(forms.Form):
    """What a credit check said."""

    result = forms.ChoiceField(label="查询结果", choices=[("", "请选择"), *CreditResult.choices])
    source = LineField(
        label="查询来源", max_length=120, widget=forms.TextInput(attrs={"placeholder": "例如：信用中国（江苏无锡）"})
    )
    checked_on = DayField(label="查询日期")
    remark = LineField(label="备注", max_length=300, required=False)


def add_minutes(form: SeenForm, claim_review: ClaimReview) -> None:
    """Ask a final conclusion for the meeting that made it."""
    if claim_review.stage == Stage.FINAL:
        form.fields["minutes_number"] = LineField(label="会议纪要编号", max_length=60)
        form.fields["minutes_date"] = DayField(label="会议日期")


def decision_no_field(*, required: bool) -> forms.CharField:
    """The paper that sets a sum which the policy document does not name."""
    return LineField(
        label="金额依据",
        max_length=120,
        required=required,
        help_text="确定金额的文件或决定：名称、文号和日期。将写入通知书。",
        widget=forms.TextInput(attrs={"placeholder": "例如：市政府专题会议纪要〔2026〕12号，2026-05-20"}),
        error_messages={"required": "政策文件没有规定金额，请填写确定金额的文件或决定。"},
    )


def unmet_field(claim_review: ClaimReview) -> forms.MultipleChoiceField:
    """The item's conditions, to tick those that an officer found unmet."""
    return forms.MultipleChoiceField(
        label="审核认为不满足的条件",
        required=False,
        choices=[(condition.code, condition.text) for condition in claim_review.conditions],
        widget=forms.CheckboxSelectMultiple,
        help_text="勾选后重新测算；都满足则不勾选。",
    )
