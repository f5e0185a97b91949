"""Forms of the payments screen."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from policies.calls.models import Call
from policies.published.models import SupportItem
from portal.accounts.models import Region
from portal.core.fields import DayField, LineField, SearchField, filter_words
from portal.core.filters import FilterForm
from review.funding.models import AwardPart
from review.payments.enums import BatchState
from review.payments.services.batches import Criteria
from review.payments.services.lines import StagePlan, Voucher

STATES = (("", "全部"), ("approved", "待拨付"), ("returned", "退回待重付"), ("paid", "已拨付"))


class PaymentFilterForm(FilterForm):
    """Filters of the payments screen and of its sheet."""

    q = SearchField(
        label="查找",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "编号、单位名称或信用代码"}),
    )
    state = forms.ChoiceField(label="状态", required=False, choices=STATES)
    region = forms.ChoiceField(label="区县", required=False)
    paid_from = DayField(label="凭证日期自", required=False)
    paid_to = DayField(label="凭证日期至", required=False)

    def __init__(
        self, data: MultiValueDict[str, Any] | None = None, *, districts: list[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.fields["region"].choices = [("", "全部"), *districts]  # type: ignore[attr-defined]

    def as_filter(self) -> dict[str, Any]:
        """The arguments of `filter_payments`. Raises FilterError."""
        asked = self.asked()
        return {
            "text": asked.get("q") or "",
            "returned": asked.get("state") == "returned",
            "region": asked.get("region") or "",
            "paid_from": asked.get("paid_from"),
            "paid_to": asked.get("paid_to"),
        }

    @property
    def state_of_parts(self) -> str:
        """`approved` or `paid`, where it is asked what is left of the payer's own parts. Raises FilterError."""
        state: str = self.asked().get("state") or ""
        return "" if state == "returned" else state


class BatchFilterForm(FilterForm):
    """Filters of the list of batches."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *BatchState.choices])


class CriteriaForm(FilterForm):
    """What a new batch gathers."""

    also = ("gather",)
    region = forms.ModelChoiceField(Region.objects.none(), label="付款地区", empty_label=None)
    call = forms.ModelChoiceField(Call.objects.none(), label="申报通知", required=False, empty_label="全部")
    item = forms.ModelChoiceField(SupportItem.objects.none(), label="支持事项", required=False, empty_label="全部")
    district = forms.ChoiceField(label="申报单位所在区县", required=False)
    approved_from = DayField(label="确定资助日期自", required=False)
    approved_to = DayField(label="确定资助日期至", required=False)

    def __init__(
        self,
        data: MultiValueDict[str, Any] | None = None,
        *,
        regions: list[str],
        districts: list[tuple[str, str]],
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        found: dict[str, Any] = self.fields
        found["region"].queryset = Region.objects.filter(code__in=regions).order_by("code")
        found["region"].initial = regions[0] if regions else None
        due = {"claims__award__parts__region_id__in": regions, "claims__status": "approved"}
        found["call"].queryset = Call.objects.filter(**due).distinct()
        found["item"].queryset = SupportItem.objects.filter(
            pk__in=AwardPart.objects.filter(region_id__in=regions, award__claim__status="approved").values(
                "award__claim__item_id"
            )
        )
        found["district"].choices = [("", "全部"), *districts]

    @property
    def criteria(self) -> Criteria:
        """What was asked. Raises FilterError."""
        asked = self.asked()
        return Criteria(
            call_id=asked["call"].pk if asked.get("call") else None,
            item_id=asked["item"].pk if asked.get("item") else None,
            district=asked.get("district") or "",
            approved_from=asked.get("approved_from"),
            approved_to=asked.get("approved_to"),
            words=filter_words(self) if self.is_bound else "",
        )


class VoucherForm(forms.Form):
    """A paper of the bank."""

    voucher = LineField(label="凭证号", max_length=50)
    on = DayField(label="日期")
    is_shared = forms.BooleanField(label="同一凭证支付多笔", required=False)

    def __init__(self, data: MultiValueDict[str, Any] | None = None, **options: Any) -> None:
        given = options.pop("initial", {})
        super().__init__(data, initial={"on": timezone.localdate(), **given}, **options)

    @property
    def paper(self) -> Voucher:
        given = self.cleaned_data
        return Voucher(
            given["voucher"],
            given["on"],
            is_shared=given.get("is_shared", False),
            is_numbered=given.get("is_numbered") == "each",
        )


class BatchVoucherForm(VoucherForm):
    """The paper of a batch, or the beginning of the numbers of its payments' papers."""

    is_numbered = forms.ChoiceField(
        label="凭证", choices=(("one", "整批一个凭证"), ("each", "逐笔凭证：凭证号后加序号")), initial="one"
    )
    field_order = ("voucher", "is_numbered", "on")


class FailureForm(VoucherForm):
    """How a payment failed, or came back."""

    reason = LineField(label="原因", max_length=200)
    field_order = ("reason", "voucher", "on")


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = LineField(label="原因", max_length=200, required=False)


class ConfirmForm(forms.Form):
    """Why an account that was not changed may be paid again."""

    reason = LineField(
        label="账户无误的依据",
        max_length=200,
        required=False,
        help_text="账户已由申报单位改正并确认的不填；没有改正的，写明核实的依据。",
    )


class ReversalForm(forms.Form):
    """Why a payment was recorded wrongly."""

    reason = LineField(label="冲正的原因", max_length=200, help_text="例如：凭证号登记到了另一笔支付。")


class MilestoneForm(forms.Form):
    """The paper that shows that a milestone was met."""

    paper = LineField(label="节点依据（文号或材料）", max_length=120)


class StagesForm(forms.Form):
    """Two stages of a payment: the first at once, the second after its milestone."""

    first = forms.IntegerField(label="首期比例（%）", min_value=1, max_value=99, initial=60)
    milestone = LineField(label="第二期的拨付节点", max_length=120)

    @property
    def stages(self) -> list[StagePlan]:
        first = Decimal(self.cleaned_data["first"])
        return [StagePlan(first), StagePlan(100 - first, self.cleaned_data["milestone"])]


class AssignForm(VoucherForm):
    """Which payment a row of an answer means, and what became of it."""

    reference = LineField(label="流水号", max_length=20, help_text="对应的支付的流水号，例如 ZF0000000012。")
    outcome = forms.ChoiceField(label="银行结果", choices=(("paid", "到账"), ("failed", "失败或退票")))
    reason = LineField(label="对应的依据", max_length=200, help_text="例如：经电话与银行核对，账号漏写一位。")
    field_order = ("reference", "outcome", "voucher", "on", "reason", "is_shared")


class SetAsideForm(forms.Form):
    """Why a row wants nothing done."""

    note = LineField(label="搁置的说明", max_length=200, help_text="例如：该行为银行手续费，不属于本批次。")


class AnswerForm(forms.Form):
    """A file that the bank answered with."""

    answer = forms.FileField(label="银行回盘文件（xlsx 或 csv）")
