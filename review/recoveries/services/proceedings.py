"""A recovery from its proposal to the decision: who is accused of what is heard, and another person decides."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.services.transitions import lock_claim
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.money import format_yuan, to_fen, to_yuan
from portal.jobs.services import enqueue_job
from portal.notifications.services import notify_applicant, notify_users
from portal.workdays.selectors import CalendarUnknownError, add_workdays
from review.funding.models import Award
from review.funding.selectors import standing_parts
from review.notices.enums import NoticeKind
from review.notices.selectors import valid_notice
from review.recoveries.enums import RecoveryAction, RecoveryGround, RecoveryState, ServiceKind
from review.recoveries.models import Recovery, RecoveryEvent
from review.recoveries.permissions import party_for
from review.recoveries.selectors import paid_fen
from review.recoveries.services.awards import change_award
from review.recoveries.workflow import OFFICERS, RECOVERIES

HEARING_WORKDAYS = 5


@dataclass(frozen=True, slots=True)
class Proposal:
    """Why an award shall be revoked or lowered, and to which sum in yuan (0 revokes it).

    `payer` is the code of the region whose part alone falls; without one all parts do, as the rules split the sum.
    """

    ground: RecoveryGround
    clause: str
    facts: str
    new_sum: Decimal
    payer: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a decision orders: number, reason, days to pay, the account, and a daily rate of interest from a day."""

    number: str
    reason: str
    pay_days: int = 30
    account: str = ""
    daily_rate: Decimal | None = None
    interest_from: date | None = None


def propose_recovery(claim_id: int, *, proposal: Proposal, act: ActorContext) -> Recovery:
    """Open a recovery of an approved or paid claim's award.

    Raises RefusedError for a sum that is not below the award, without clause or facts, and while another is open;
    PermissionDenied for whoever has no duty in the claim's deciding region, or is recused from the applicant.
    """
    with transaction.atomic():
        claim = lock_claim(claim_id)
        user = act.user
        if user is None or claim.deciding_region_id not in user.regions_for(*OFFICERS):
            raise PermissionDenied("只有作出决定的地区的审核、财务或审定人员可以提出追缴。")
        if claim.applicant_id in user.recused_from:
            raise PermissionDenied("您与该申报单位存在应当回避的情形，请由其他人员办理。")
        if claim.status not in (ClaimStatus.APPROVED, ClaimStatus.PAID):
            raise RefusedError(f"该申报现为“{claim.get_status_display()}”，没有可以追缴或调减的资助。")
        award = Award.objects.filter(claim=claim).first()
        if award is None:
            raise RefusedError("该申报的资助金额和市区分担尚在后台计算，请稍后再试。")
        if not (proposal.clause.strip() and proposal.facts.strip()):
            raise RefusedError("请写明依据条款、事实和理由。", field="facts")
        new_fen, standing = to_fen(proposal.new_sum), sum(standing_parts(award).values())
        if not 0 <= new_fen < standing:
            raise RefusedError(
                f"调整后的资助须低于现在的 {format_yuan(to_yuan(standing))} 元；全部撤销填 0。", field="new_sum"
            )
        parts = standing_parts(award)
        if proposal.payer and standing - new_fen > parts.get(proposal.payer, 0):
            raise RefusedError(
                f"该出资方承担 {format_yuan(to_yuan(parts.get(proposal.payer, 0)))} 元，调减的金额不能超过这一部分。",
                field="new_sum",
            )
        paid = paid_fen(claim.pk, proposal.payer)
        over = max(paid - (parts[proposal.payer] - standing + new_fen), 0) if proposal.payer else 0
        try:
            with transaction.atomic():
                recovery = Recovery.objects.create(
                    claim=claim,
                    applicant_id=claim.applicant_id,
                    region_id=claim.deciding_region_id,
                    ground=proposal.ground,
                    clause=proposal.clause.strip(),
                    facts=proposal.facts.strip(),
                    new_fen=new_fen,
                    payer_id=proposal.payer or None,
                    fen=over if proposal.payer else max(min(paid, standing) - new_fen, 0),
                    proposed_by=user,
                    proposed_at=act.at,
                )
        except IntegrityError as error:
            raise RefusedError("该申报已有正在办理的追缴。") from error
        log_step(recovery, RecoveryAction.PROPOSE, act=act, note=recovery.facts)
    return recovery


def open_hearing(recovery_id: int, *, workdays: int = HEARING_WORKDAYS, act: ActorContext) -> Recovery:
    """Tell the applicant facts, ground and rights; it may answer within so many working days, the first counted."""
    first = timezone.localdate(act.at) + timedelta(days=1)
    try:
        due = add_workdays(first, days=workdays)
    except CalendarUnknownError as error:
        raise RefusedError(str(error)) from error
    with transaction.atomic():
        recovery = advance(recovery_id, RecoveryAction.HEAR, act=act, changes={"hearing_due_on": due})
        tell(
            recovery,
            "recoveries.hearing",
            item=recovery.claim.item.title,
            number=recovery.claim.number,
            new_amount=format_yuan(recovery.new_yuan),
            amount=format_yuan(recovery.yuan),
            ground=recovery.get_ground_display(),
            clause=recovery.clause,
            due=f"{due:%Y-%m-%d}",
        )
    return recovery


def state_case(recovery_id: int, *, statement: str, act: ActorContext) -> Recovery:
    """Keep what the applicant answers; it may add to it until its day is over. Raises RefusedError afterwards."""
    if not statement.strip():
        raise RefusedError("请写明陈述申辩的内容；没有意见的，请写“无意见”。", field="statement")
    with transaction.atomic():
        recovery = locked(recovery_id)
        if recovery.hearing_due_on is not None and timezone.localdate(act.at) > recovery.hearing_due_on:
            raise RefusedError(f"陈述申辩已于 {recovery.hearing_due_on:%Y-%m-%d} 截止，请联系办理单位。")
        text = "\n".join(filter(None, [recovery.statement, statement.strip()]))
        recovery = advance(recovery_id, RecoveryAction.STATE, act=act, changes={"statement": text}, note=statement)
        notify_users(
            [recovery.proposed_by],
            "recoveries.stated",
            key=f"recovery:{recovery.pk}:stated:{recovery.events.count()}",
            url=address_of(recovery),
            region_code=recovery.region_id,
            number=recovery.claim.number,
            applicant=recovery.applicant.name,
        )
    return recovery


def decide_recovery(recovery_id: int, *, terms: Terms, act: ActorContext) -> Recovery:
    """Revoke or lower the award, and demand what was paid above its new sum.

    By another person than the proposer, after the applicant answered or its day is over. Where nothing was paid above
    it, the recovery is settled at once. Raises RefusedError without number or reason, before the end of the hearing,
    and what `change_award` raises.
    """
    if not terms.number.strip():
        raise RefusedError("请填写决定的文号。", field="number")
    if (terms.daily_rate is None) != (terms.interest_from is None):
        raise RefusedError("计收利息的，日利率和起始日都要填写；不计利息的都不填。", field="daily_rate")
    if terms.daily_rate is not None and not 0 < terms.daily_rate <= Decimal("0.001"):
        raise RefusedError("日利率须大于零、不超过千分之一。", field="daily_rate")
    with transaction.atomic():
        claim_id = Recovery.objects.values_list("claim_id", flat=True).get(pk=recovery_id)
        claim = lock_claim(claim_id)
        recovery = locked(recovery_id)
        RECOVERIES.check(recovery, RecoveryAction.DECIDE, reason=terms.reason)
        due = recovery.hearing_due_on
        if not recovery.statement and due is not None and timezone.localdate(act.at) <= due:
            raise RefusedError(f"申报单位可以在 {due:%Y-%m-%d} 前陈述申辩，期满后或收到陈述后才能决定。")
        check_party(recovery, RecoveryAction.DECIDE, act)
        reason = f"{recovery.get_ground_display()}（{recovery.clause}）；{terms.reason.strip()}"
        demanded = change_award(claim, recovery.new_fen, reason=reason, act=act, recovery=recovery)
        changes = {
            "fen": demanded,
            "decision_no": terms.number.strip(),
            "decision_text": terms.reason.strip(),
            "decided_by": act.user,
            "decided_at": act.at,
            "pay_days": terms.pay_days,
            "account": terms.account.strip(),
            "daily_rate": terms.daily_rate,
            "interest_from": terms.interest_from,
        }
        recovery = advance(recovery_id, RecoveryAction.DECIDE, act=act, changes=changes, note=terms.reason)
        if demanded:
            payload = {"claim_id": claim_id, "occasion": recovery.pk}
            enqueue_job(
                "notices.issue_demand", key=f"{claim_id}:{recovery.pk}", payload=payload, region_code=claim.region_id
            )
        else:
            settle(recovery, act=act)
    return recovery


def dismiss_recovery(recovery_id: int, *, reason: str, act: ActorContext) -> Recovery:
    """End a proceeding without changing the award."""
    with transaction.atomic():
        heard = Recovery.objects.filter(pk=recovery_id, state=RecoveryState.HEARING).exists()
        recovery = advance(recovery_id, RecoveryAction.DISMISS, act=act, note=reason, changes={"ended_at": act.at})
        if heard:
            claim = recovery.claim
            tell(recovery, "recoveries.dismissed", item=claim.item.title, number=claim.number)
    return recovery


def serve_decision(recovery_id: int, *, on: date, how: ServiceKind, act: ActorContext) -> Recovery:
    """Record when and how the decision came to the applicant; its days to pay count from then.

    Raises RefusedError while its notice is not made, and for a day before the decision or to come.
    """
    with transaction.atomic():
        recovery = locked(recovery_id)
        if on > timezone.localdate(act.at):
            raise RefusedError("送达日期不能晚于今天。", field="on")
        if recovery.decided_at is not None and on < timezone.localdate(recovery.decided_at):
            raise RefusedError("送达日期不能早于决定日期。", field="on")
        if valid_notice(recovery.claim_id, NoticeKind.DEMAND, recovery.pk) is None:
            raise RefusedError("追缴通知书尚未制作完成或已作废，没有可以送达的文书。请在“通知书”中查看后再登记送达。")
        due = on + timedelta(days=recovery.pay_days)
        changes = {"served_on": on, "served_how": how, "due_on": due}
        recovery = advance(recovery_id, RecoveryAction.SERVE, act=act, changes=changes, note=how.label)
        tell(
            recovery,
            "recoveries.served",
            decision_no=recovery.decision_no,
            due=f"{due:%Y-%m-%d}",
            amount=format_yuan(recovery.yuan),
            number=recovery.claim.number,
        )
    return recovery


def locked(recovery_id: int) -> Recovery:
    """The recovery under a row lock, in the caller's transaction."""
    rows = Recovery.objects.select_for_update(of=("self",)).select_related(
        "claim__item", "applicant", "region", "proposed_by"
    )
    return rows.get(pk=recovery_id)


def advance(
    recovery_id: int,
    action: RecoveryAction,
    *,
    act: ActorContext,
    changes: dict[str, Any] | None = None,
    note: str = "",
) -> Recovery:
    """Move a recovery along the table: lock, check state, person and reason, write, log.

    Raises RefusedError where its state is no source of the action or a reason is missing, PermissionDenied where the
    action is not this person's.
    """
    recovery = locked(recovery_id)
    RECOVERIES.check(recovery, action)
    check_party(recovery, action, act)
    RECOVERIES.check(recovery, action, reason=note)
    RECOVERIES.move(recovery, action, changes=changes)
    log_step(recovery, action, act=act, note=note)
    return recovery


def check_party(recovery: Recovery, action: RecoveryAction, act: ActorContext) -> None:
    """Raise PermissionDenied where the action is not this person's."""
    if act.user is None or party_for(act.user, recovery, action) is None:
        raise PermissionDenied(f"“{action.label}”须由另一位有权的人员办理。")


def settle(recovery: Recovery, *, act: ActorContext) -> None:
    """End a locked recovery of which nothing is owed any more."""
    RECOVERIES.move(recovery, RecoveryAction.SETTLE, changes={"ended_at": act.at})
    log_step(recovery, RecoveryAction.SETTLE, act=act)


def log_step(recovery: Recovery, action: RecoveryAction, *, act: ActorContext, note: str = "") -> None:
    """Append the step to the time line, and to the audit chain which holds the recovery as it now is."""
    RecoveryEvent.objects.create(
        recovery=recovery,
        action=action,
        to_state=recovery.state,
        actor=act.user,
        actor_name=act.actor_name,
        note=note.strip(),
        at=act.at,
    )
    record_audit(
        act,
        action=f"recovery.{action}",
        target=recovery,
        region_code=recovery.region_id,
        after={"state": recovery.state, "reason": note.strip()},
    )


def tell(recovery: Recovery, kind: str, **values: object) -> None:
    """A message to everybody who acts for the applicant, once a step."""
    key = f"recovery:{recovery.pk}:{recovery.events.count()}"
    url, region = address_of(recovery), recovery.region_id
    notify_applicant(recovery.applicant_id, kind, key=key, url=url, region_code=region, **values)


def address_of(recovery: Recovery) -> str:
    return reverse("recoveries:recovery", args=[recovery.key])
