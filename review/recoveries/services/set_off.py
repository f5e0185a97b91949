"""What applicants owe of recoveries, taken off what they are paid: visible on the batch, booked as a receipt."""

from collections.abc import Collection, Sequence

from django.utils import timezone

from portal.accounts.enums import Role
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.money import format_yuan, to_yuan
from review.payments.debts import Debt
from review.recoveries.enums import RecoveryAction, RecoveryState
from review.recoveries.models import Receipt, Recovery
from review.recoveries.selectors import in_kind, owed_of
from review.recoveries.services.money import K, book_receipt
from review.recoveries.services.proceedings import locked, log_step, settle, tell
from review.recoveries.workflow import RECOVERIES
from review.treasury.models import BudgetLine
from review.treasury.selectors import PAYER

# A debt is set off once its decision was served, and while nobody has asked to waive it.
_SET_OFF = (RecoveryState.SERVED, RecoveryState.REPAYING, RecoveryState.ENFORCED)


def debts_to(applicant_ids: Collection[int], region_id: str) -> Sequence[Debt]:
    """What these applicants owe to a payer of the sums of their recoveries, the oldest first."""
    rows = Recovery.objects.filter(applicant_id__in=applicant_ids, state__in=_SET_OFF).select_related("claim")
    found = []
    for recovery in rows.order_by("decided_at", "pk"):
        fen = sum(_due_to(recovery, region_id).values())
        if fen:
            words = f"{recovery.claim.number} 追缴决定 {recovery.decision_no}"
            found.append(Debt(str(recovery.key), recovery.applicant_id, fen, words))
    return found


def set_off(key: str, fen: int, reference: str, act: ActorContext) -> None:
    """Book that a payer withheld so much of a recovery from a payment; keys of other debts are passed over.

    Raises RefusedError where less is owed to the payer by now.
    """
    standing = Recovery.objects.filter(key=key).first()
    if standing is None or act.user is None:
        return
    recovery, today = locked(standing.pk), timezone.localdate(act.at)
    by_line = {
        line: due for region in act.user.regions_for(Role.FINANCE) for line, due in _due_to(recovery, region).items()
    }
    if recovery.state not in _SET_OFF or sum(by_line.values()) < fen:
        raise RefusedError("抵扣的欠款已有变化，请解散批次后重新核对。")
    note = f"从拨付中抵扣 {format_yuan(to_yuan(fen))} 元（{reference}）"
    receipt = Receipt.objects.create(
        recovery=recovery, voucher=f"抵扣 {reference}"[:60], on=today, principal_fen=fen, officer=act.user, at=act.at
    )
    book_receipt(recovery, fen, on=today, deed=f"receipt {receipt.pk}", act=act, among=by_line)
    record_audit(
        act,
        action="recovery.receipt",
        target=receipt,
        region_code=recovery.region_id,
        after={"amount": to_yuan(fen), "on": today},
    )
    RECOVERIES.move(recovery, RecoveryAction.RECEIVE)
    log_step(recovery, RecoveryAction.RECEIVE, act=act, note=note)
    tell(recovery, "recoveries.set_off", amount=format_yuan(to_yuan(fen)), reference=reference)
    if not owed_of(recovery, on=today).total:
        settle(recovery, act=act)


def _due_to(recovery: Recovery, region_id: str) -> dict[int, int]:
    """What is due to a payer, in fen by the budget line that bore it."""
    due = in_kind(recovery.claim_id, K.DUE)
    payers = BudgetLine.objects.filter(pk__in=due).order_by("pk").values_list("pk", PAYER)
    return {line: due[line] for line, payer in payers if payer == region_id}
