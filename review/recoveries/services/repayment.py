"""What follows a served decision: plans, receipts, enforcement, waiver by two people, and what is overdue."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from policies.engine.shortage import share_by_largest_remainder
from portal.audit.services import record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.money import format_yuan, to_fen, to_yuan
from review.recoveries.enums import OWED_STATES, RecoveryAction
from review.recoveries.models import CreditMark, Instalment, Receipt, Recovery
from review.recoveries.selectors import overdue_since, owed_of
from review.recoveries.services.money import book_receipt, book_waiver
from review.recoveries.services.proceedings import advance, check_party, locked, settle, tell
from review.recoveries.workflow import RECOVERIES

# How long a mark stands; the nightly job renews it while the debt is overdue.
MARK_LASTS = timedelta(days=365)


def plan_instalments(recovery_id: int, *, count: int, first_on: date, act: ActorContext) -> list[Instalment]:
    """Share what is left of the sum over so many months from a first day; replaces an earlier plan.

    Interest is paid with the last one. Raises RefusedError for fewer than 1 or more than 36, or a first day past.
    """
    if not 1 <= count <= 36:
        raise RefusedError("期数须在 1 至 36 之间。", field="count")
    if first_on < timezone.localdate(act.at):
        raise RefusedError("首期到期日不能早于今天。", field="first_on")
    with transaction.atomic():
        recovery = locked(recovery_id)
        left = owed_of(recovery, on=timezone.localdate(act.at)).principal
        if left < count:
            raise RefusedError("没有可以分期的金额。", field="count")
        note = f"{format_yuan(to_yuan(left))} 元分 {count} 期，首期 {first_on:%Y-%m-%d}"
        recovery = advance(recovery_id, RecoveryAction.PLAN, act=act, note=note)
        last = recovery.instalments.last()
        rows = [
            Instalment(recovery=recovery, plan=last.plan + 1 if last else 1, due_on=_months_on(first_on, at), fen=part)
            for at, part in enumerate(share_by_largest_remainder(left, [1] * count))
        ]
        made = Instalment.objects.bulk_create(rows)
        record_contents(made)
        record_audit(act, action="recovery.planned", target=recovery, region_code=recovery.region_id)
        tell(recovery, "recoveries.planned", plan=note)
    return made


def record_receipt(recovery_id: int, *, amount: Decimal, on: date, voucher: str, act: ActorContext) -> Receipt:
    """Book what came back on a day: first on the sum, then on its interest; with nothing left, it is settled.

    Raises RefusedError for a sum of nothing or above what is owed on that day, a day to come or before the service,
    and a voucher that this recovery has already.
    """
    fen = to_fen(amount)
    if act.user is None:
        raise RefusedError("退款须由财务人员登记。")
    if not voucher.strip():
        raise RefusedError("请填写凭证号。", field="voucher")
    if on > timezone.localdate(act.at):
        raise RefusedError("到账日期不能晚于今天。", field="on")
    with transaction.atomic():
        recovery = locked(recovery_id)
        if recovery.served_on is not None and on < recovery.served_on:
            raise RefusedError("到账日期不能早于送达日期。", field="on")
        last = recovery.receipts.order_by("-on").first()
        if last is not None and on < last.on:
            raise RefusedError(f"到账日期不能早于上一笔的 {last.on:%Y-%m-%d}。", field="on")
        owed = owed_of(recovery, on=on)
        if not 0 < fen <= owed.total:
            raise RefusedError(f"截至到账日尚欠 {format_yuan(owed.yuan)} 元，请填写不超过该数的金额。", field="amount")
        principal = min(fen, owed.principal)
        note = f"{format_yuan(amount)} 元，凭证 {voucher.strip()}"
        recovery = advance(recovery_id, RecoveryAction.RECEIVE, act=act, note=note)
        try:
            with transaction.atomic():
                receipt = Receipt.objects.create(
                    recovery=recovery,
                    voucher=voucher.strip(),
                    on=on,
                    principal_fen=principal,
                    interest_fen=fen - principal,
                    officer=act.user,
                    at=act.at,
                )
        except IntegrityError as error:
            raise RefusedError("该凭证已经登记。", field="voucher") from error
        book_receipt(recovery, principal, on=on, deed=f"receipt {receipt.pk}", act=act)
        record_audit(
            act,
            action="recovery.receipt",
            target=receipt,
            region_code=recovery.region_id,
            after={"amount": amount, "on": on},
        )
        tell(recovery, "recoveries.paid_in", amount=format_yuan(amount), paid_in_on=f"{on:%Y-%m-%d}")
        if not owed_of(recovery, on=on).total:
            settle(recovery, act=act)
            _end_mark(recovery, act=act)
    return receipt


def enforce_recovery(recovery_id: int, *, reason: str, act: ActorContext) -> Recovery:
    """Hand an overdue recovery to the court. Raises RefusedError while nothing is overdue."""
    with transaction.atomic():
        if overdue_since(locked(recovery_id), on=timezone.localdate(act.at)) is None:
            raise RefusedError("尚未逾期，不能移送强制执行；到退回期限或某一期到期日仍未退回的，次日起可以移送。")
        recovery = advance(recovery_id, RecoveryAction.ENFORCE, act=act, note=reason)
        tell(recovery, "recoveries.enforced", reason=reason)
    return recovery


def ask_waiver(recovery_id: int, *, reason: str, act: ActorContext) -> Recovery:
    """Ask that what is left be waived; another person grants it."""
    with transaction.atomic():
        return advance(
            recovery_id, RecoveryAction.ASK_WAIVER, act=act, note=reason, changes={"waiver_asked_by": act.user}
        )


def grant_waiver(recovery_id: int, *, reason: str, act: ActorContext) -> Recovery:
    """Waive what is left, as another person than who asked for it."""
    with transaction.atomic():
        changes = {"waived_by": act.user, "ended_at": act.at}
        recovery = locked(recovery_id)
        RECOVERIES.check(recovery, RecoveryAction.GRANT_WAIVER, reason=reason)
        check_party(recovery, RecoveryAction.GRANT_WAIVER, act)
        # The step's record comes last and holds the entry too.
        book_waiver(recovery, act=act)
        recovery = advance(recovery_id, RecoveryAction.GRANT_WAIVER, act=act, note=reason, changes=changes)
        _end_mark(recovery, act=act)
        tell(recovery, "recoveries.waived", reason=reason)
    return recovery


def refuse_waiver(recovery_id: int, *, reason: str, act: ActorContext) -> Recovery:
    """Leave what is left owed."""
    with transaction.atomic():
        changes = {"waiver_asked_by": None}
        return advance(recovery_id, RecoveryAction.REFUSE_WAIVER, act=act, note=reason, changes=changes)


def mark_overdue(*, act: ActorContext) -> int:
    """Mark the credit record of everybody who has not repaid in time, and renew marks about to end; returns how many.

    Running again on the same day changes nothing.
    """
    today, marked = timezone.localdate(act.at), 0
    for pk in Recovery.objects.filter(state__in=OWED_STATES).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            recovery = locked(pk)
            since = overdue_since(recovery, on=today)
            if since is None:
                continue
            mark = CreditMark.objects.filter(recovery=recovery).first()
            if mark is not None and mark.until_on > today:
                continue
            until = today + MARK_LASTS
            if mark is None:
                mark = CreditMark(recovery=recovery, applicant_id=recovery.applicant_id, from_on=today)
            mark.until_on = until
            mark.save()
            _record_mark(mark, act)
            tell(recovery, "recoveries.overdue", due=f"{since:%Y-%m-%d}", until=f"{until:%Y-%m-%d}")
            marked += 1
    return marked


def _record_mark(mark: CreditMark, act: ActorContext) -> None:
    record_audit(
        act,
        action="recovery.marked",
        target=mark.recovery,
        region_code=mark.recovery.region_id,
        after={"until_on": mark.until_on},
    )


def _end_mark(recovery: Recovery, *, act: ActorContext) -> None:
    """End the mark of a recovery that has ended."""
    for mark in CreditMark.objects.filter(recovery=recovery):
        mark.until_on = timezone.localdate(act.at)
        mark.save(update_fields=["until_on"])
        _record_mark(mark, act)


def _months_on(day: date, months: int) -> date:
    """The same day so many months later, or the month's last."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    last = (date(first.year + first.month // 12, first.month % 12 + 1, 1) - timedelta(days=1)).day
    return first.replace(day=min(day.day, last))
