"""Forms of a recovery, one for each thing that is done to it."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms

from portal.core.actor import ActorContext
from portal.core.fields import DayField, LineField, TextField, YuanField
from review.recoveries.enums import RecoveryAction, RecoveryGround, ServiceKind
from review.recoveries.models import Recovery
from review.recoveries.services import proceedings, repayment
from review.recoveries.services.proceedings import HEARING_WORKDAYS, Proposal, Terms


class ProposalForm(forms.Form):
    """Why an award shall be revoked or lowered, and to what."""

    ground = forms.ChoiceField(label="事由", choices=[("", "请选择"), *RecoveryGround.choices])
    clause = LineField(label="依据条款", max_length=200, help_text="文件名称和条款，例如：资金管理办法第十六条。")
    new_sum = YuanField(label="调整后的资助（元）", help_text="全部撤销填 0；只调减的，填保留的金额。")
    payer = forms.ChoiceField(
        label="由谁调减",
        required=False,
        help_text="选定一方的，只调减该方承担的部分，另一方不变；撤销一方的部分，填另一方的金额。",
    )
    facts = TextField(label="事实和理由", max_length=2000, rows=4, help_text="申报单位将看到这些文字。")

    def __init__(self, data: Any = None, *, parts: Mapping[str, str], **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["payer"].choices = [("", "各出资方按规则分担"), *parts.items()]  # type: ignore[attr-defined]
        if len(parts) < 2:
            del self.fields["payer"]

    @property
    def proposal(self) -> Proposal:
        given = self.cleaned_data
        sum_, payer = given["new_sum"], given.get("payer", "")
        return Proposal(RecoveryGround(given["ground"]), given["clause"], given["facts"], sum_, payer)


class TerminateForm(forms.Form):
    """Why an award of which nothing is paid ends."""

    reason = TextField(label="终止的理由", max_length=500, rows=3, help_text="申报单位将看到这些文字。")


class _ReasonForm(forms.Form):
    reason = TextField(label="理由", max_length=1000, rows=3)


class HearForm(forms.Form):
    workdays = forms.IntegerField(label="陈述申辩期限（工作日）", min_value=3, max_value=30, initial=HEARING_WORKDAYS)


class StateForm(forms.Form):
    statement = TextField(
        label="陈述申辩", max_length=4000, rows=6, help_text="写明事实、理由和要求；没有意见的，请写“无意见”。"
    )


class DecideForm(forms.Form):
    """What the decision orders."""

    number = LineField(label="决定文号", max_length=80)
    reason = TextField(label="决定理由", max_length=2000, rows=4, help_text="对陈述申辩的回应也写在这里。")
    pay_days = forms.IntegerField(label="退回期限（送达后多少日）", min_value=1, max_value=365, initial=30)
    account = LineField(
        label="退回账户",
        max_length=200,
        required=False,
        help_text="户名、开户行和账号，写在追缴通知书上；没有应退回的资金时不填。",
    )
    daily_rate = forms.DecimalField(
        label="日利率（%）",
        required=False,
        min_value=Decimal("0.000001"),
        max_digits=9,
        decimal_places=6,
        help_text="不计利息的不填。例如 0.05 即每日万分之五。",
    )
    interest_from = DayField(label="计息起始日", required=False)

    def clean(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        if not self.errors and given["daily_rate"] is not None:
            given["daily_rate"] /= 100
        return given if self.errors else {"terms": Terms(**given)}


class ServeForm(forms.Form):
    on = DayField(label="送达日期")
    how = forms.TypedChoiceField(label="送达方式", choices=[("", "请选择"), *ServiceKind.choices], coerce=ServiceKind)


class PlanForm(forms.Form):
    count = forms.IntegerField(label="期数（每月一期）", min_value=1, max_value=36)
    first_on = DayField(label="首期到期日")


class ReceiptForm(forms.Form):
    amount = YuanField(label="金额（元）", help_text="先抵本金，后抵利息。")
    on = DayField(label="到账日期")
    voucher = LineField(label="凭证号", max_length=60)


A = RecoveryAction
# The form of each action, and what does it with the form's data.
FORMS: dict[RecoveryAction, tuple[type[forms.Form], Callable[..., Any]]] = {
    A.HEAR: (HearForm, proceedings.open_hearing),
    A.STATE: (StateForm, proceedings.state_case),
    A.DECIDE: (DecideForm, proceedings.decide_recovery),
    A.DISMISS: (_ReasonForm, proceedings.dismiss_recovery),
    A.SERVE: (ServeForm, proceedings.serve_decision),
    A.PLAN: (PlanForm, repayment.plan_instalments),
    A.RECEIVE: (ReceiptForm, repayment.record_receipt),
    A.ENFORCE: (_ReasonForm, repayment.enforce_recovery),
    A.ASK_WAIVER: (_ReasonForm, repayment.ask_waiver),
    A.GRANT_WAIVER: (_ReasonForm, repayment.grant_waiver),
    A.REFUSE_WAIVER: (_ReasonForm, repayment.refuse_waiver),
}


class ActionForm:
    """One action that is open to a person, with its form; `send` does it."""

    def __init__(self, recovery: Recovery, action: RecoveryAction, data: Any = None) -> None:
        self.recovery, self.action, self.is_sent = recovery, action, data is not None
        make, self._carry = FORMS[action]
        self.form = make(data, auto_id=f"id_{action}_%s")

    def send(self, act: ActorContext) -> None:
        """Do what the valid form says. Raises what the service raises."""
        self._carry(self.recovery.pk, act=act, **self.form.cleaned_data)
