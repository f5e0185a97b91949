"""One disbursement at a time: its payment or failure by hand, reversal by two people, correction, stages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.utils import timezone

from applications.claims.enums import Action
from applications.claims.models import Claim, ClaimEvent
from applications.payees.selectors import payee_of, pending_request
from policies.engine import Item
from policies.engine.stages import Stage, parts_of
from policies.published.selectors import compiled_item
from portal.accounts.models import Region, User
from portal.accounts.persons import same_person
from portal.audit.services import record_audit, record_contents
from portal.core import clock
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.money import format_yuan, to_yuan
from portal.jobs.progress import report_progress
from portal.jobs.services import enqueue_job
from portal.workdays.selectors import CalendarUnknownError, add_workdays
from review.funding.models import AwardPart, Payment
from review.payments.enums import UNSENT, Deed, LineState
from review.payments.models import Batch, Disbursement
from review.payments.selectors.checks import payee_digest
from review.payments.services.batches import finance_officer
from review.payments.services.settling import Ended, Paper, end_lines, lock_lines, settle_lines
from review.payments.workflow import LINES

# More are settled by a job.
AT_ONCE = 300


@dataclass(frozen=True, slots=True)
class Voucher(Paper):
    """A paper as an officer enters it. `is_shared` where its number pays several batches.

    `is_numbered` where every payment of a batch has a paper of its own: the number and the payment's place after it.
    """

    is_shared: bool = False
    is_numbered: bool = False


def settle_batch(batch: Batch, *, voucher: Voucher, act: ActorContext) -> bool:
    """Record that everything of a batch that is in transit arrived. Returns whether it is done; else a job does it.

    Raises RefusedError where nothing is in transit, for a day before an approval or after today, and for the number
    of another payment's paper unless it is shared.
    """
    finance_officer(batch.region_id, act)
    transit = batch.lines.filter(state=LineState.IN_TRANSIT)
    count = transit.count()
    if not count:
        raise RefusedError("批次中没有在途的支付。")
    check_paper(voucher, transit.values_list("part__award__claim_id", flat=True), act=act)
    if not voucher.is_shared:
        refuse_used_number(voucher.number, batch)
    if count <= AT_ONCE:
        _settle_slice(batch, voucher, act=act, size=AT_ONCE)
        return True
    payload = {
        "batch_id": batch.pk,
        "number": voucher.number,
        "on": voucher.on.isoformat(),
        "is_numbered": voucher.is_numbered,
        "user_id": act.user_id,
        "address": act.address,
    }
    with transaction.atomic():
        key = f"{batch.pk}:{transit.order_by('pk').values_list('pk', flat=True)[0]}"
        enqueue_job("payments.settle_batch", key=key, payload=payload, region_code=batch.region_id)
    return False


def settle_rest(*, batch_id: int, number: str, on: str, is_numbered: bool, user_id: int, address: str) -> None:
    """Settle what is in transit of a batch, slice by slice. A job; may begin again."""
    batch = Batch.objects.get(pk=batch_id)
    act = ActorContext(user=User.objects.get(pk=user_id), at=clock.now(), address=address)
    voucher = Voucher(number, date.fromisoformat(on), is_numbered=is_numbered)
    done = 0
    while settled := _settle_slice(batch, voucher, act=act, size=AT_ONCE):
        done += settled
        report_progress(min(done, batch.count - 1), batch.count)


def _settle_slice(batch: Batch, voucher: Voucher, *, act: ActorContext, size: int) -> int:
    with transaction.atomic():
        places = {pk: at for at, pk in enumerate(batch.lines.order_by("pk").values_list("pk", flat=True), start=1)}
        ids = batch.lines.filter(state=LineState.IN_TRANSIT).order_by("pk").values_list("pk", flat=True)[:size]
        lines = [line for line in lock_lines(ids, for_books=True) if line.state == LineState.IN_TRANSIT]
        papers = [
            Paper(f"{voucher.number}-{places[line.pk]}" if voucher.is_numbered else voucher.number, voucher.on)
            for line in lines
        ]
        settle_lines(list(zip(lines, papers, strict=True)), act=act)
    return len(lines)


def settle_line(line: Disbursement, *, voucher: Voucher, act: ActorContext) -> None:
    """Record that one payment arrived, with a paper of its own. Raises RefusedError as `settle_batch` does."""
    with transaction.atomic():
        locked = _locked(line, act)
        check_paper(voucher, [locked.part.award.claim_id], act=act)
        if not voucher.is_shared:
            refuse_used_number(voucher.number, locked.batch)
        settle_lines([(locked, Paper(voucher.number, voucher.on))], act=act)


def fail_line(line: Disbursement, *, voucher: Voucher, reason: str, act: ActorContext) -> None:
    """Record that a payment failed in transit, or that one that had arrived came back (退票).

    Raises RefusedError without a reason, and for a day before the payment's own or after today.
    """
    with transaction.atomic():
        locked = _locked(line, act)
        check_paper(voucher, [locked.part.award.claim_id], act=act)
        if locked.payment is not None and voucher.on < locked.payment.on:
            raise RefusedError(f"退票日期不能早于拨付日期 {locked.payment.on:%Y-%m-%d}。", field="on")
        if locked.debt:
            raise RefusedError("抵扣欠款的支付没有退票；有误时请冲正对应的追缴。")
        deed = Deed.FAIL if locked.state == LineState.IN_TRANSIT else Deed.RETURN
        end_lines([Ended(locked, deed, reason.strip()[:200], Paper(voucher.number, voucher.on))], act=act)


def ask_reversal(line: Disbursement, *, reason: str, act: ActorContext) -> None:
    """Propose to take back a payment that was recorded wrongly (冲正); another officer decides."""
    with transaction.atomic():
        locked = _locked(line, act)
        if locked.debt:
            raise RefusedError("抵扣欠款的支付不能冲正；有误时请冲正对应的追缴。")
        LINES.check(locked, Deed.ASK_REVERSAL, reason=reason)
        LINES.move(locked, Deed.ASK_REVERSAL, changes={"reason": reason.strip()[:200], "officer": act.user})
        _record(locked, "ask_reversal", act=act, reason=reason.strip())


def decide_reversal(line: Disbursement, *, confirm: bool, act: ActorContext) -> None:
    """Take a payment back that another officer proposed to reverse, or leave it. Refuses that officer."""
    with transaction.atomic():
        locked = _locked(line, act)
        LINES.check(locked, Deed.REVERSE if confirm else Deed.DECLINE_REVERSAL)
        if confirm and same_person(act.user, locked.officer_id):
            raise RefusedError("该冲正由您提出，须由另一名财务人员复核。")
        if not confirm:
            LINES.move(locked, Deed.DECLINE_REVERSAL, changes={"reason": ""})
        else:
            number = locked.payment.voucher if locked.payment else locked.reference
            paper = Paper(number, timezone.localdate(act.at))
            end_lines([Ended(locked, Deed.REVERSE, locked.reason, paper)], act=act)
        _record(locked, "reverse" if confirm else "decline_reversal", act=act, reason=locked.reason)


def confirm_correction(line: Disbursement, *, reason: str, act: ActorContext) -> None:
    """Let the next attempt go after the account was corrected and confirmed, or found right by a second person.

    Raises RefusedError while a change waits; where nothing changed, without a reason or for who recorded the failure.
    """
    with transaction.atomic():
        locked = _locked(line, act)
        LINES.check(locked, Deed.CONFIRM)
        claim = locked.part.award.claim
        if pending_request(claim.applicant_id):
            raise RefusedError("该单位有收款信息变更待确认，请先在“收款变更”中办理。")
        payee = payee_of(claim)
        before = _attempt_before(locked)
        if payee is not None and before is not None and payee_digest(payee.fields) == before.payee_sha256:
            if not reason.strip():
                raise RefusedError(
                    "收款账户没有变更。请等申报单位改正账户；确认账户无误的，请写明依据，例如“银行系统故障，账户无误”。",
                    field="reason",
                )
            if same_person(act.user, before.officer_id):
                raise RefusedError("该笔失败由您登记，须由另一名财务人员确认账户无误。")
        LINES.move(locked, Deed.CONFIRM, changes={"officer": act.user})
        _record(locked, "confirm", act=act, reason=reason.strip())


@dataclass(frozen=True, slots=True)
class StagePlan:
    """One stage of a payment as an officer plans it: its share in percent, and the milestone before it ("" at once)."""

    percent: Decimal
    milestone: str = ""


def plan_stages(part: AwardPart, stages: Sequence[StagePlan], *, act: ActorContext) -> list[Disbursement]:
    """Pay a part in stages instead of at once. The shares add up to what is still paid of it, by largest remainder.

    Raises RefusedError once something of the part was gathered into a batch or is not paid any more, and where the
    document says the stages.
    """
    finance_officer(part.region_id, act)
    if compiled_item(part.award.claim.version).stages:
        raise RefusedError("分几期拨付由政策规定，不能另定。", field="stages")
    if len(stages) < 2 or sum(stage.percent for stage in stages) != 100 or any(s.percent <= 0 for s in stages):
        raise RefusedError("至少分两期，各期比例应大于零，合计应为 100%。", field="stages")
    if any(not stage.milestone.strip() for stage in stages[1:]):
        raise RefusedError("第二期起请写明拨付节点，例如“项目验收合格”。", field="stages")
    with transaction.atomic():
        # As openings of batches and cuts of awards do, which write disbursements of the part too.
        Region.objects.select_for_update(no_key=True).get(pk=part.region_id)
        Claim.objects.select_for_update(of=("self",)).get(pk=part.award.claim_id)
        standing = list(Disbursement.objects.filter(part=part))
        if any(line.state == LineState.CANCELLED for line in standing):
            raise RefusedError("该部分已有金额停止拨付，不能再分期。")
        if any(line.state not in UNSENT or line.batch_id for line in standing):
            raise RefusedError("该部分已经进入支付批次，不能再分期。")
        left = sum(line.fen for line in standing) if standing else part.fen
        for line in standing:
            line.delete()
        shares = [Stage(Fraction(stage.percent) / 100, stage.milestone.strip()) for stage in stages]
        made = write_stages([(part, left)], shares)
        record_audit(
            act,
            action="payments.stages",
            target=part.award,
            region_code=part.region_id,
            after={"stages": [{"amount": line.yuan, "milestone": line.milestone} for line in made]},
        )
    return made


def write_stages(sums: Sequence[tuple[AwardPart, int]], stages: Sequence[Stage]) -> list[Disbursement]:
    """These sums of parts, in fen, in these stages, those with a milestone held; in the caller's transaction."""
    made = Disbursement.objects.bulk_create(
        Disbursement(
            part=part,
            stage=number,
            fen=fen,
            milestone=stage.when[:120] if stage.milestone else "",
            due_on=None if stage.milestone else _due_on(stage),
            state=LineState.HELD if stage.milestone else LineState.WAITING,
        )
        for part, whole in sums
        for number, (stage, fen) in enumerate(zip(stages, parts_of(whole, stages), strict=True), start=1)
        if fen
    )
    record_contents(made)
    return made


def follow_award(parts: Sequence[AwardPart], rules: Item) -> None:
    """Write the stages in which the document pays an award's parts."""
    if rules.stages:
        write_stages([(part, part.fen) for part in parts], rules.stages)


def meet_milestone(line: Disbursement, *, paper: str, act: ActorContext) -> None:
    """Record the paper that shows that a stage's milestone was met, which makes it due."""
    if not paper.strip():
        raise RefusedError("请填写节点依据的文号或材料名称。", field="paper")
    with transaction.atomic():
        locked = _locked(line, act)
        stages = compiled_item(locked.part.award.claim.version).stages
        due_on = _due_on(stages[locked.stage - 1]) if stages else None
        changes = {"milestone_paper": paper.strip()[:120], "officer": act.user, "due_on": due_on}
        LINES.move(locked, Deed.MEET_MILESTONE, changes=changes)
        _record(locked, "meet_milestone", act=act, paper=paper.strip())


def _due_on(stage: Stage) -> date | None:
    """The last of a stage's working days, which begin tomorrow; None where it has none, or the calendar cannot tell."""
    if stage.days is None:
        return None
    try:
        return add_workdays(clock.today() + timedelta(days=1), days=stage.days)
    except CalendarUnknownError:
        return None


def _attempt_before(line: Disbursement) -> Disbursement | None:
    earlier = Disbursement.objects.filter(part=line.part, stage=line.stage, attempt__lt=line.attempt, debt="")
    return earlier.order_by("-attempt").first()


def _locked(line: Disbursement, act: ActorContext) -> Disbursement:
    [locked] = lock_lines([line.pk])
    finance_officer(locked.part.region_id, act)
    return locked


def check_paper(voucher: Voucher, claim_ids: Iterable[int], *, act: ActorContext) -> None:
    """Raise RefusedError without a number, and for a day before the approval of a claim or after today."""
    if not voucher.number.strip():
        raise RefusedError("请填写凭证号。", field="voucher")
    if voucher.on > timezone.localdate(act.at):
        raise RefusedError("凭证日期不能晚于今天。", field="on")
    approvals = ClaimEvent.objects.filter(claim_id__in=list(claim_ids), action=Action.APPROVE)
    last = approvals.order_by("-at").values_list("at", flat=True).first()
    if last is not None and voucher.on < timezone.localdate(last):
        raise RefusedError(f"凭证日期不能早于批准日期 {timezone.localdate(last):%Y-%m-%d}。", field="on")


def refuse_used_number(number: str, batch: Batch | None) -> None:
    mine = Disbursement.objects.filter(batch=batch, payment__isnull=False).values("payment_id")
    other = Payment.objects.filter(voucher=number.strip()).exclude(pk__in=mine).select_related("award__claim").first()
    if other is not None:
        raise RefusedError(
            f"凭证号 {other.voucher} 已登记在 {other.award.claim.number}（{format_yuan(other.amount)} 元）。"
            "如确为同一凭证，请勾选后再登记；否则请改正凭证号。",
            field="is_shared",
        )


def _record(line: Disbursement, deed: str, *, act: ActorContext, **after: object) -> None:
    record_audit(
        act,
        action=f"payments.{deed}",
        target=line,
        region_code=line.part.region_id,
        after={"amount": to_yuan(line.fen), **after},
    )
