"""Record payments on awards and their returns by the bank."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from applications.claims.enums import Action
from applications.claims.models import Claim
from applications.claims.services.transitions import lock_claim, perform_transition
from portal.accounts.models import Applicant, User
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from review.decisions.services.decisions import refuse_bad_credit
from review.decisions.services.locking import check_four_eyes
from review.decisions.services.step_messages import notify_of_step
from review.funding.models import Award, Payment, PaymentKind
from review.treasury.enums import EntryKind
from review.treasury.services.awards import move_claim

ACCOUNT_FIELDS = ("account_name", "bank_name", "cnaps_code", "account_number")


@dataclass(frozen=True, slots=True)
class Voucher:
    """The bank's paper: its number and its day."""

    number: str
    on: date


def account_of(applicant: Applicant) -> dict[str, str]:
    """The account as it is paid to, kept with the payment: the applicant may change it later."""
    return {name: getattr(applicant, name) for name in ACCOUNT_FIELDS}


def record_payment(claim_id: int, *, voucher: Voucher, act: ActorContext) -> Payment:
    """Record that an approved claim's whole award was paid to the applicant's account.

    Raises RefusedError where the award is not computed yet, the account is incomplete, the credit record forbids
    it, or the officer decided on this claim; RefusedError where it is paid already.
    """
    with transaction.atomic():
        claim, officer = _open_claim(claim_id, voucher=voucher, act=act)
        award = _award_of(claim)
        refuse_bad_credit(claim)
        account = account_of(claim.applicant)
        if not all(account.values()):
            raise RefusedError("收款账户信息不完整，请联系申报单位在“单位资料”中补全户名、开户行、联行号和账号。")
        payment = _append(award, PaymentKind.PAID, voucher=voucher, account=account, officer=officer, act=act)
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
        claim, officer = _open_claim(claim_id, voucher=voucher, act=act)
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
        event = perform_transition(claim, action=Action.RECORD_RETURN, act=act, reason=reason)
        notify_of_step(claim, event)
    return payment


def _open_claim(claim_id: int, *, voucher: Voucher, act: ActorContext) -> tuple[Claim, User]:
    if act.user is None:
        raise RefusedError("付款须由财务人员登记。")
    if not voucher.number.strip():
        raise RefusedError("请填写凭证号。")
    if voucher.on > timezone.localdate(act.at):
        raise RefusedError("凭证日期不能晚于今天。")
    claim = lock_claim(claim_id)
    check_four_eyes(claim, user=act.user, stage=None)
    return claim, act.user


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
