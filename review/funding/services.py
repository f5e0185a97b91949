"""Record payments on awards and their returns by the bank."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from applications.claims.enums import Action
from applications.claims.models import Claim
from applications.claims.services.transitions import lock_claim, perform_transition
from applications.claims.workflow import workflow_of
from applications.payees.models import Payee
from applications.payees.selectors import payee_of, pending_request
from applications.payees.services import ask_for_present_account
from portal.accounts.models import User
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError, StaleStateError
from portal.core.money import format_yuan
from review.decisions.services.decisions import refuse_bad_credit
from review.decisions.services.locking import check_four_eyes
from review.decisions.services.step_messages import notify_of_step
from review.funding.models import Award, Payment, PaymentKind
from review.treasury.enums import EntryKind
from review.treasury.services.awards import move_claim


@dataclass(frozen=True, slots=True)
class Voucher:
    """The bank's paper: its number and its day; `is_shared` where it pays several awards at once."""

    number: str
    on: date
    is_shared: bool = False


def shown_payee(claim: Claim) -> str:
    """SHA-256 of what the paying page shows of a claim: who is paid, and how much was paid and came back."""
    payee = payee_of(claim)
    award = Award.objects.filter(claim=claim).first()
    shown = [
        payee and payee.fields,
        award and [str(award.total), award.payments.count()],
    ]
    return hashlib.sha256(json.dumps(shown, ensure_ascii=False).encode()).hexdigest()


def record_payment(claim_id: int, *, voucher: Voucher, act: ActorContext, shown: str) -> Payment:
    """Record that an approved claim's whole award was paid to the payee frozen with the claim.

    `shown` is what `shown_payee` gave when the officer's page was made. Raises StaleStateError where the payee or the
    payments changed since, RefusedError for the number of another award's voucher unless it is shared, where the award
    is not computed yet, a change of the payee waits or was confirmed by this officer, the credit record forbids it,
    or the officer decided on this claim; also where it is paid already.
    """
    with transaction.atomic():
        claim, officer = _open_claim(claim_id, Action.RECORD_PAYMENT, voucher=voucher, act=act)
        award = _award_of(claim)
        refuse_bad_credit(claim, on=timezone.localdate(act.at))
        if shown != shown_payee(claim):
            raise StaleStateError(
                "本页打开后，收款账户或付款记录已有变化，没有登记。请核对右侧现在的收款账户后再登记。"
            )
        payee = _payee_to_pay(claim, officer)
        _check_voucher(claim, award, voucher)
        payment = _append(award, PaymentKind.PAID, voucher=voucher, account=payee.fields, officer=officer, act=act)
        move_claim(claim, EntryKind.SEND, deed=payment.pk, act=act)
        move_claim(claim, EntryKind.SETTLE, deed=payment.pk, act=act)
        event = perform_transition(claim, action=Action.RECORD_PAYMENT, act=act)
        notify_of_step(claim, event)
    return payment


def record_return(claim_id: int, *, voucher: Voucher, reason: str, act: ActorContext) -> Payment:
    """Record that the bank returned a payment; the claim can then be paid again.

    Raises RefusedError without a reason, and where nothing was paid.
    """
    if not reason.strip():
        raise RefusedError("请填写银行的退票原因。")
    with transaction.atomic():
        claim, officer = _open_claim(claim_id, Action.RECORD_RETURN, voucher=voucher, act=act)
        award = _award_of(claim)
        paid = award.payments.order_by("-sequence").first()
        account = paid.account if paid else {}
        if paid is not None and voucher.on < paid.on:
            raise RefusedError(f"退票日期不能早于拨付日期 {paid.on:%Y-%m-%d}。")
        payment = _append(
            award,
            PaymentKind.RETURNED,
            voucher=voucher,
            account=account,
            officer=officer,
            act=act,
            reason=reason.strip(),
        )
        move_claim(claim, EntryKind.RETURN, deed=payment.pk, act=act)
        ask_for_present_account(claim, act=act)
        event = perform_transition(claim, action=Action.RECORD_RETURN, act=act, reason=reason)
        notify_of_step(claim, event)
    return payment


def _open_claim(claim_id: int, action: Action, *, voucher: Voucher, act: ActorContext) -> tuple[Claim, User]:
    if act.user is None:
        raise RefusedError("付款须由财务人员登记。")
    if not voucher.number.strip():
        raise RefusedError("请填写凭证号。")
    if voucher.on > timezone.localdate(act.at):
        raise RefusedError("凭证日期不能晚于今天。")
    claim = lock_claim(claim_id)
    workflow_of(claim.route).check(claim, action)
    check_four_eyes(claim, user=act.user, stage=None)
    return claim, act.user


def _payee_to_pay(claim: Claim, officer: User) -> Payee:
    """The payee of a locked claim. Raises RefusedError while a change waits, and for who confirmed it."""
    payee = payee_of(claim)
    if payee is None or not all(payee.fields.values()):
        raise RefusedError("该申报没有留存完整的收款账户，请联系申报单位在“单位资料”中补全后申请变更。")
    if pending_request(claim.applicant_id):
        raise RefusedError("该单位有收款信息变更待确认，请先在“收款变更”中办理，再登记拨付。")
    if payee.request and payee.request.decided_by_id == officer.pk:
        raise RefusedError("该收款账户的变更由您确认，须由其他财务人员登记拨付。")
    return payee


def _check_voucher(claim: Claim, award: Award, voucher: Voucher) -> None:
    """Raise RefusedError for a day before the approval, or a number that another award has without being shared."""
    approval = claim.events.filter(action=Action.APPROVE).order_by("pk").first()
    if approval is not None and voucher.on < timezone.localdate(approval.at):
        raise RefusedError(f"拨付日期不能早于批准日期 {timezone.localdate(approval.at):%Y-%m-%d}。", field="on")
    last = award.payments.order_by("-sequence").first()
    if last is not None and voucher.on < last.on:
        raise RefusedError(f"拨付日期不能早于上次退票日期 {last.on:%Y-%m-%d}。", field="on")
    if voucher.is_shared:
        return
    others = Payment.objects.filter(voucher=voucher.number.strip()).exclude(award=award).select_related("award__claim")
    if other := others.first():
        raise RefusedError(
            f"凭证号 {other.voucher} 已登记在 {other.award.claim.number}（{format_yuan(other.amount)} 元）。"
            "如确为同一凭证批量拨付，请勾选后再登记；否则请改正凭证号。",
            field="is_shared",
        )


def _award_of(claim: Claim) -> Award:
    award = Award.objects.filter(claim=claim).first()
    if award is None:
        raise RefusedError("该申报的资助金额和市区分担尚在后台计算，请稍后再试。")
    return award


def _append(
    award: Award,
    kind: PaymentKind,
    *,
    voucher: Voucher,
    account: dict[str, str],
    officer: User,
    act: ActorContext,
    reason: str = "",
) -> Payment:
    last = award.payments.order_by("-sequence").first()
    return Payment.objects.create(
        award=award,
        sequence=last.sequence + 1 if last else 1,
        kind=kind,
        amount=award.total,
        voucher=voucher.number.strip(),
        on=voucher.on,
        reason=reason,
        account=account,
        officer=officer,
        at=act.at,
    )
