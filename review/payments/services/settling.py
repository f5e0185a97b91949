"""Carry out what became of payments: paid, failed, returned, reversed. Each at once for many locked disbursements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim
from applications.claims.services.transitions import perform_transitions
from applications.payees.services import ask_for_present_accounts
from portal.accounts.enums import Role
from portal.audit.services import insert_recorded, record_as_read, record_audit, recorded_together
from portal.core.actor import ActorContext
from portal.core.bulk import new_row
from portal.core.errors import RefusedError
from portal.jobs.services import enqueue_job
from review.funding.models import Award, Payment, PaymentKind
from review.payments.enums import ARRIVED, BatchState, Deed, LineState
from review.payments.models import Batch, Disbursement
from review.payments.workflow import BATCHES, LINES
from review.treasury.enums import AccountKind, EntryKind
from review.treasury.models import BudgetLine, Entry, Posting
from review.treasury.selectors import PAYER
from review.treasury.services.awards import SumMove, move_sums
from review.treasury.services.books import deed_id, reverse_entry

# Why what came back of a payment is not recorded as such.
IN_RECOVERY = "该笔资助已决定追缴，退回的资金请在“追缴”中登记退款"


@dataclass(frozen=True, slots=True)
class Paper:
    """The bank's paper: its number and its day."""

    number: str
    on: date


@dataclass(frozen=True, slots=True)
class Ended:
    """How a disbursement ended without money: by failing in transit, by a return, or by a reversal."""

    line: Disbursement
    deed: Deed
    reason: str
    paper: Paper


def lock_lines(ids: Iterable[int], *, for_books: bool = False) -> list[Disbursement]:
    """Disbursements under locks that hold until the transaction ends, their claims first, each in order of its key.

    With what pages and check lists ask of each, or only with what is asked `for_books`.
    """
    wanted = list(ids)
    rows = Disbursement.objects.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",))
    claims = Disbursement.objects.filter(pk__in=wanted).values("part__award__claim_id")
    # A statement of its own, so that the claims joined below are read after their locks are held.
    list(Claim.objects.select_for_update(of=("self",)).filter(pk__in=claims).order_by("pk").values_list("pk"))
    return list(rows.for_books() if for_books else rows.with_claims())


def recovered_claims(lines: Iterable[Disbursement]) -> set[int]:
    """Those claims of which something paid was demanded back: what comes back of them belongs to the recovery."""
    claims = {line.part.award.claim_id for line in lines}
    found = Entry.objects.filter(claim_id__in=claims, kind=EntryKind.DEMAND)
    return set(found.values_list("claim__pk", flat=True))


def settle_lines(
    paid: Sequence[tuple[Disbursement, Paper]], *, act: ActorContext, in_turn: Callable[[], None] = lambda: None
) -> None:
    """Record that locked disbursements in transit arrived: payments, claims that are now paid, books, messages.

    `in_turn` is called before the books, for whose accounts all others wait.
    """
    if not paid:
        return
    lines = [line for line, _ in paid]
    for line in lines:
        LINES.check(line, Deed.SETTLE)
    with recorded_together():
        held = _held(lines, *_UNPAID)
        left = _by_claim(held)
        for line in lines:
            left[line.part.award.claim_id] -= line.fen
        payments = _write_payments([(line, PaymentKind.PAID, paper, "") for line, paper in paid], act=act)
        for line, payment in zip(lines, payments, strict=True):
            line.payment = payment
        _move(lines, Deed.SETTLE, "payment", officer=act.user)
        _move_claims(lines, Action.RECORD_PAYMENT, left=left, act=act)
        in_turn()
        move_sums(EntryKind.SETTLE, _moves(lines, held[AccountKind.IN_TRANSIT]), act=act)
        _refresh_batches(lines)
        _record(lines, payments, act=act)
    _tell("arrived", lines)


def end_lines(ended: Sequence[Ended], *, act: ActorContext) -> list[Disbursement]:
    """Record that locked disbursements ended without money, and make the next attempt of each; returns the attempts.

    After a failure or a return the next attempt waits for the account to be corrected, after a reversal it is due.
    Raises RefusedError for a payment that arrived and is being recovered: paying it again would undo the recovery.
    """
    if not ended:
        return []
    back = [each for each in ended if each.deed != Deed.FAIL]
    _check_ends(ended, back)
    lines = [each.line for each in ended]
    with recorded_together():
        failed = [each.line for each in ended if each.deed == Deed.FAIL]
        _book(EntryKind.RETURN, failed, AccountKind.IN_TRANSIT, act=act)
        _book(EntryKind.RETURN, [each.line for each in ended if each.deed == Deed.RETURN], AccountKind.PAID, act=act)
        for each in ended:
            if each.deed == Deed.REVERSE:
                _reverse_books(each.line, reason=each.reason, act=act)
        kinds = {Deed.RETURN: PaymentKind.RETURNED, Deed.REVERSE: PaymentKind.REVERSED}
        payments = _write_payments([(each.line, kinds[each.deed], each.paper, each.reason) for each in back], act=act)
        for each in ended:
            each.line.reason = each.reason
        for deed in dict.fromkeys(each.deed for each in ended):
            _move([each.line for each in ended if each.deed == deed], deed, "reason", officer=act.user)
        attempts = insert_recorded(_next_attempt(each) for each in ended)
        left = _by_claim(_held([each.line for each in back], *_UNPAID))
        for reason in dict.fromkeys(each.reason for each in back):
            its = [each.line for each in back if each.reason == reason]
            _move_claims(its, Action.RECORD_RETURN, left=left, act=act, reason=reason)
        _refresh_batches(lines)
        ask_for_present_accounts([each.line.part.award.claim for each in ended if each.deed != Deed.REVERSE], act=act)
        _record([each.line for each in back], payments, act=act)
        for each in ended:
            if each.deed == Deed.FAIL:
                after = {"amount": each.line.yuan, "reason": each.reason}
                region = each.line.part.region_id
                record_audit(act, action="payments.fail", target=each.line, region_code=region, after=after)
    _tell("ended", lines)
    return attempts


def _check_ends(ended: Sequence[Ended], back: Sequence[Ended]) -> None:
    for each in ended:
        LINES.check(each.line, each.deed, reason=each.reason)
    if recovered_claims(each.line for each in back):
        raise RefusedError(f"{IN_RECOVERY}。")


def _next_attempt(each: Ended) -> Disbursement:
    line = each.line
    state = LineState.WAITING if each.deed == Deed.REVERSE else LineState.NEEDS_CORRECTION
    return Disbursement(
        part=line.part,
        stage=line.stage,
        attempt=line.attempt + 1,
        fen=line.fen,
        state=state,
        milestone=line.milestone,
        milestone_paper=line.milestone_paper,
        due_on=line.due_on,
    )


def move_in_transit(lines: Sequence[Disbursement], *, act: ActorContext) -> None:
    """Book that locked, prepared disbursements went to the bank."""
    _book(EntryKind.SEND, lines, AccountKind.PAYABLE, act=act)
    _move(lines, Deed.RELEASE, officer=act.user)


# The accounts on which a claim has what it has not been paid yet.
_UNPAID = (AccountKind.PAYABLE, AccountKind.IN_TRANSIT)
# Fen by claim and budget line.
_Held = Mapping[tuple[int, int], int]


def _book(
    kind: EntryKind, lines: Sequence[Disbursement], source: AccountKind, *, act: ActorContext, note: str = ""
) -> None:
    """Move the sum of each line from the accounts on which its claim has it."""
    if lines:
        move_sums(kind, _moves(lines, _held(lines, source)[source]), act=act, source=source, note=note)


def _moves(lines: Sequence[Disbursement], held: _Held) -> list[SumMove]:
    """The sum of each line where its claim has it: at a year's end it may have been carried to the next one's line."""
    payers = dict(BudgetLine.objects.filter(pk__in={budget_line for _, budget_line in held}).values_list("pk", PAYER))
    places = {(claim, payers[budget_line]): budget_line for (claim, budget_line), fen in held.items() if fen > 0}
    return [
        SumMove(
            line.part.award.claim_id,
            places.get((line.part.award.claim_id, line.part.region_id), line.part.line_id),
            line.fen,
            f"line {line.pk}",
        )
        for line in lines
    ]


def _held(lines: Sequence[Disbursement], *kinds: AccountKind) -> Mapping[AccountKind, _Held]:
    """What the claims of these lines have on accounts of each of these kinds. One query."""
    rows = (
        Posting.objects.filter(
            entry__claim_id__in={line.part.award.claim_id for line in lines}, account__kind__in=kinds
        )
        .order_by()
        .values_list("account__kind", "entry__claim_id", "account__line_id")
        .annotate(fen=Sum("amount"))
    )
    held: dict[AccountKind, dict[tuple[int, int], int]] = {kind: {} for kind in kinds}
    for kind, claim, budget_line, fen in rows:
        held[AccountKind(kind)][claim, budget_line] = fen
    return held


def _by_claim(held: Mapping[AccountKind, _Held]) -> Counter[int]:
    """What each claim has on all these accounts, in fen."""
    found: Counter[int] = Counter()
    for sums in held.values():
        for (claim, _), fen in sums.items():
            found[claim] += fen
    return found


def _reverse_books(line: Disbursement, *, reason: str, act: ActorContext) -> None:
    """Take back the entries that sent and settled a payment; what was carried over from before is moved instead."""
    claim_id, deed = line.part.award.claim_id, f"line {line.pk}"
    ids = [deed_id(kind, claim_id, deed) for kind in (EntryKind.SETTLE, EntryKind.SEND)]
    entries = Entry.objects.in_bulk(ids)
    for pk in ids:
        if pk in entries:
            reverse_entry(entries[pk], reason=reason, act=act)
    if not entries:
        _book(EntryKind.RETURN, [line], AccountKind.PAID, act=act, note=f"冲正：{reason}"[:300])


def _write_payments(
    rows: Sequence[tuple[Disbursement, PaymentKind, Paper, str]], *, act: ActorContext
) -> list[Payment]:
    """One payment for each row, numbered within its award."""
    awards = {line.part.award_id for line, *_ in rows}
    last = Counter(dict(Award.objects.filter(pk__in=awards).annotate(n=Count("payments")).values_list("pk", "n")))
    payments = []
    for line, kind, paper, reason in rows:
        last[line.part.award_id] += 1
        payments.append(
            new_row(
                Payment,
                award_id=line.part.award_id,
                part_id=line.part_id,
                sequence=last[line.part.award_id],
                kind=kind,
                amount=line.yuan,
                voucher=paper.number,
                on=paper.on,
                reason=reason,
                account=line.payee,
                officer_id=act.user_id,
                at=act.at,
            )
        )
    return insert_recorded(payments)


def _record(lines: Sequence[Disbursement], payments: Sequence[Payment], *, act: ActorContext) -> None:
    """Put each payment on record with its sum and paper, once all rows are written."""
    for line, payment in zip(lines, payments, strict=True):
        record_audit(
            act,
            action=f"funding.{payment.kind}",
            target=payment,
            region_code=line.part.region_id,
            after={"amount": payment.amount, "voucher": payment.voucher, "on": payment.on},
        )


def _move(lines: Sequence[Disbursement], deed: Deed, *own: str, **fields: object) -> None:
    """Move locked disbursements along their table in one statement."""
    LINES.move_locked(lines, deed, *own, **fields)
    record_as_read(lines)


def _move_claims(
    lines: Sequence[Disbursement], action: Action, *, left: Mapping[int, int], act: ActorContext, reason: str = ""
) -> None:
    """Move the claims of which nothing is left to be paid, or something is again; `left` has the fen by claim."""
    claims = {line.part.award.claim_id: line.part.award.claim for line in lines}
    status = ClaimStatus.APPROVED if action == Action.RECORD_PAYMENT else ClaimStatus.PAID
    wanted = [
        claim
        for pk, claim in sorted(claims.items())
        if claim.status == status and (not left[pk]) == (action == Action.RECORD_PAYMENT)
    ]
    perform_transitions(wanted, action=action, act=act, role=Role.FINANCE, reason=reason)


def _refresh_batches(lines: Sequence[Disbursement]) -> None:
    """Move the batches on whose disbursements all have an answer, and back where one comes undone."""
    for batch in _locked_batches(lines):
        states = Counter(dict(batch.lines.order_by().values_list("state").annotate(n=Count("pk"))))
        if states[LineState.IN_TRANSIT]:
            target = BatchState.RELEASED
        elif set(+states) <= ARRIVED:
            target = BatchState.SETTLED
        else:
            target = BatchState.PARTLY_SETTLED
        if batch.state != target:
            BATCHES.move(batch, target)


def _locked_batches(lines: Sequence[Disbursement]) -> Iterable[Batch]:
    ids = {line.batch_id for line in lines if line.batch_id}
    return Batch.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")


def _tell(what: str, lines: Sequence[Disbursement]) -> None:
    """Let a job write to the applicants after the commit, so that a long answer is not held up by its messages."""
    ids = [line.pk for line in lines]
    enqueue_job("payments.tell", key=f"{what}:{ids[0]}:{ids[-1]}:{len(ids)}", payload={"what": what, "line_ids": ids})
