"""Rows of an answer that could not be carried out: assigned to a payment by two people, or set aside with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from portal.accounts.persons import same_person
from portal.audit.services import record_audit, record_contents
from portal.core.errors import RefusedError
from portal.core.money import format_yuan, to_yuan
from portal.core.numbers import whole_number
from review.payments.enums import OPEN_ROWS, Deed, HandlingState, LineState
from review.payments.models import BankRow, Disbursement, RowHandling
from review.payments.services.batches import finance_officer
from review.payments.services.lines import check_paper, refuse_used_number
from review.payments.services.settling import Ended, Paper, end_lines, lock_lines, settle_lines
from review.payments.workflow import HANDLINGS, LINES

if TYPE_CHECKING:
    from portal.core.actor import ActorContext
    from review.payments.models import DisbursementQuerySet
    from review.payments.services.lines import Voucher

# More are no help to choose from.
MOST_FITTING = 20


def payable_by(row: BankRow) -> DisbursementQuerySet:
    """What a row may mean: what its payer sent, of the batch whose page the answer was given to, if to one."""
    file = row.file
    found = Disbursement.objects.filter(part__region_id=file.region_id, debt="")
    return found.filter(batch_id=file.batch_id) if file.batch_id else found


def fitting_lines(row: BankRow) -> list[Disbursement]:
    """Payments that an officer may choose from for a row: in transit or paid, of the row's sum where it has one."""
    found = payable_by(row).filter(state__in=[LineState.IN_TRANSIT, LineState.PAID])
    if row.fen is not None:
        found = found.filter(fen=row.fen)
    # Those in transit come first.
    return list(found.with_claims().order_by("state", "pk")[:MOST_FITTING])


def propose_assignment(
    row: BankRow, *, reference: str, is_paid: bool, voucher: Voucher, reason: str, act: ActorContext
) -> RowHandling:
    """Propose which payment a row means, and that it arrived or came back; another officer confirms.

    Raises RefusedError for a row that is done or handled, a payment that is not this payer's, of another sum than the
    row's or in no fitting state, and as `check_paper` does.
    """
    officer = finance_officer(row.file.region_id, act)
    with transaction.atomic():
        _lock_open(row)
        pk = whole_number(reference.strip().upper().removeprefix("ZF")) or 0
        line = payable_by(row).with_claims().filter(pk=pk).first()
        if line is None:
            raise RefusedError(
                "没有这个流水号，或不属于这份回盘的付款地区和批次。请从下方选用，或核对后填写。", "reference"
            )
        if row.fen is not None and row.fen != line.fen:
            raise RefusedError(
                f"回盘金额 {format_yuan(to_yuan(row.fen))} 元与该笔 {format_yuan(line.yuan)} 元不符，不能对应。"
                "请与银行核对；金额确有差错的，由银行退回后重付。",
                "reference",
            )
        LINES.check(line, _deed(line, is_paid=is_paid))
        check_paper(voucher, [line.part.award.claim_id], act=act)
        if not voucher.is_shared:
            refuse_used_number(voucher.number, line.batch)
        handling = RowHandling.objects.create(
            row=row,
            state=HandlingState.PROPOSED,
            disbursement=line,
            is_paid=is_paid,
            voucher=voucher.number,
            on=voucher.on,
            reason=reason.strip(),
            proposed_by=officer,
            proposed_at=act.at,
        )
        _record(handling, "propose_row", act=act)
    return handling


def confirm_assignment(handling: RowHandling, *, act: ActorContext) -> None:
    """Carry out what another officer proposed for a row. Raises RefusedError for that officer."""
    with transaction.atomic():
        found = _lock_handling(handling)
        officer = finance_officer(found.row.file.region_id, act)
        HANDLINGS.check(found, HandlingState.ASSIGNED)
        if same_person(officer, found.proposed_by_id):
            raise RefusedError("该对应由您提出，须由另一名财务人员复核。")
        [line] = lock_lines([found.disbursement_id or 0])
        deed = _deed(line, is_paid=found.is_paid)
        LINES.check(line, deed)
        paper = Paper(found.voucher, found.on or act.at.date())
        HANDLINGS.move(found, HandlingState.ASSIGNED, changes={"settled_by": officer, "settled_at": act.at})
        if deed == Deed.SETTLE:
            settle_lines([(line, paper)], act=act)
        else:
            end_lines([Ended(line, deed, f"{found.row.outcome or '银行未说明原因'}"[:200], paper)], act=act)
        _record(found, "assigned_row", act=act)


def set_aside(row: BankRow, *, note: str, act: ActorContext) -> RowHandling:
    """Note why a row wants nothing done. Raises RefusedError without a note, and for a row that is done or handled."""
    officer = finance_officer(row.file.region_id, act)
    if not note.strip():
        raise RefusedError("请写明搁置的说明。", field="note")
    with transaction.atomic():
        _lock_open(row)
        handling = RowHandling.objects.create(
            row=row, state=HandlingState.SET_ASIDE, reason=note.strip(), proposed_by=officer, proposed_at=act.at
        )
        _record(handling, "set_aside_row", act=act)
    return handling


def drop_handling(handling: RowHandling, *, act: ActorContext) -> None:
    """Put a row that is set aside, or whose assignment waits, back on the desk."""
    with transaction.atomic():
        found = _lock_handling(handling)
        officer = finance_officer(found.row.file.region_id, act)
        HANDLINGS.move(found, HandlingState.DROPPED, changes={"settled_by": officer, "settled_at": act.at})
        _record(found, "dropped_row", act=act)


def _deed(line: Disbursement, *, is_paid: bool) -> Deed:
    if is_paid:
        return Deed.SETTLE
    return Deed.RETURN if line.state == LineState.PAID else Deed.FAIL


def _lock_open(row: BankRow) -> None:
    """Lock a row. Raises RefusedError where it needs no handling, or has one."""
    locked = BankRow.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if locked.state not in OPEN_ROWS:
        raise RefusedError(f"该行{locked.get_state_display()}，不需要人工办理。")
    standing = locked.handlings.exclude(state=HandlingState.DROPPED).first()
    if standing is not None:
        raise RefusedError(f"该行{standing.get_state_display()}，不能再办理。请刷新页面查看。")


def _lock_handling(handling: RowHandling) -> RowHandling:
    rows = RowHandling.objects.select_for_update(of=("self",)).select_related("row__file")
    return rows.get(pk=handling.pk)


def _record(handling: RowHandling, deed: str, *, act: ActorContext) -> None:
    record_contents([handling])
    record_audit(
        act,
        action=f"payments.{deed}",
        target=handling,
        region_code=handling.row.file.region_id,
        after={
            "row": handling.row.number,
            "sha256": handling.row.file.sha256,
            "line": str(handling.disbursement or ""),
            "reason": handling.reason,
        },
    )
