"""The officers' conclusions on one claim: support with sums, refuse, send back to the first officer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from applications.claims.enums import Action
from applications.claims.models import Assessment, Claim, ClaimEvent, ClaimLine
from applications.claims.selectors.context import read_claim
from applications.claims.services.assessment import (
    DecidedSums,
    assess_claim,
    assess_supported,
    build_question,
    day_of,
    with_decided_sums,
)
from applications.claims.services.transitions import perform_transition
from policies.engine.shortage import Cut
from portal.accounts.models import User
from portal.audit.services import record_contents
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.money import ZERO
from portal.core.statements import A_KEY, Lookup
from portal.ownership.selectors import acceptance_problem
from review.decisions.enums import Conclusion, Stage
from review.decisions.models import Decision, LineDecision
from review.decisions.permissions import ACTION_OF, REPORTED_STAGES, SUM_STAGES, stage_before
from review.decisions.selectors.ceilings import Ceilings, open_sums, read_ceilings
from review.decisions.services.granting import grant, reserve_decided
from review.decisions.services.locking import ExpectedState, lock_for_decision, write_decision
from review.decisions.services.reports import ReportPaper, keep_report
from review.decisions.services.step_messages import enqueue_notice, notify_of_step
from review.decisions.services.sums import LineSum, checked_sums, decided_sums, reasons_in_words, sums_of

# Which sum of the claim a stage's support sets; the final one also fixes what is approved.
_AMOUNT_FIELD = {Stage.DISTRICT_FIRST: "district_amount", Stage.CITY: "city_amount", Stage.FINAL: "approved_amount"}


def _amount_field(claim: Claim, stage: Stage) -> str:
    """The sum that a stage sets: an auditor's and a panel's stand for the office that had them asked."""
    office = Stage.DISTRICT_FIRST if claim.procedure.is_decided_by_district else Stage.CITY
    return _AMOUNT_FIELD[office if stage in REPORTED_STAGES else stage]


@dataclass(frozen=True, slots=True)
class Minutes:
    """The meeting that decided: the number of its minutes and its day.

    `decision_no` is the paper that sets a sum which the policy document does not name: title, number and date.
    """

    number: str
    date: date
    decision_no: str = ""


def accept_claim(claim_id: int, *, expected: ExpectedState, act: ActorContext) -> Decision:
    """Take a claim up for review (受理); the first only once it is known who acts for the organisation."""
    with transaction.atomic():
        claim, stage, officer, act = lock_for_decision(claim_id, expected, Conclusion.SUPPORT, act)
        if stage != Stage.ACCEPTANCE:
            raise RefusedError("该申报已受理，不需再次受理。")
        if problem := acceptance_problem(claim.applicant):
            raise RefusedError(problem)
        decision = write_decision(claim, stage=stage, conclusion=Conclusion.SUPPORT, officer=officer, act=act)
        _move(claim, Action.ACCEPT, act=act)
    return decision


def support_claim(
    claim_id: int,
    *,
    expected: ExpectedState,
    act: ActorContext,
    sums: Mapping[int, LineSum] | None = None,
    unmet: Sequence[str] | None = None,
    minutes: Minutes | None = None,
    report: ReportPaper | None = None,
    cuts: Sequence[Cut] = (),
) -> Decision:
    """Support a claim at the first, city or final stage with a sum per line.

    `sums` by the line's pk; a line left out, and None for all, takes the sum of the stage before. The engine is
    asked anew without the conditions in `unmet` (None: those found unmet at the stage before); the final decision
    needs `minutes`, and reserves the limits; a stage of others needs their `report`; `cuts` say how money that is short
    led to its `sums`. Where the document names no sum,
    the officers' sums are put to the engine and the final one needs the paper that sets them (`minutes.decision_no`);
    where it gives a title, support without sums recognises it. Raises RefusedError (a sum above its ceiling, a reason
    missing), LimitExceededError, and what `lock_for_decision` raises; then nothing was written.
    """
    given = sums or {}
    with transaction.atomic():
        claim, stage, officer, act = lock_for_decision(claim_id, expected, Conclusion.SUPPORT, act)
        _check_support(stage, minutes, act=act)
        before = decision_before(claim, stage)
        if unmet is None:
            unmet = before.unmet if before else ()
        assessed = _assess_support(claim, stage, given=given, before=before, unmet=unmet, minutes=minutes, act=act)
        line_sums = _line_sums(assessed, given=given, before=before)
        if stage == Stage.FINAL:
            assessed = _supported(assessed, line_sums, cuts=cuts, act=act)
        decision = _record_support(
            claim, assessed, line_sums, stage=stage, officer=officer, unmet=unmet, minutes=minutes, act=act
        )
        keep_report(decision, report, act=act)
        changes: dict[str, Any] = {_amount_field(claim, stage): decision.amount}
        if stage == Stage.FINAL:
            reserve_decided(claim, assessed.assessment, assessed.lines, line_sums, act=act)
            changes["approved_title"] = decision.title
        action = ACTION_OF[stage, Conclusion.SUPPORT]
        if stage == Stage.FINAL and claim.procedure.is_publicised_first:
            action = grant(claim, pays=decision.amount is not None, deed=decision.pk, act=act)
        _move(claim, action, act=act, changes=changes)
    return decision


def _check_support(stage: Stage, minutes: Minutes | None, *, act: ActorContext) -> None:
    """Raise RefusedError where this stage sets no sums, or the meeting is missing or to come."""
    if stage not in SUM_STAGES:
        raise RefusedError(f"“{stage.label}”环节不填写金额。")
    if stage == Stage.FINAL and minutes is None:
        raise RefusedError("请填写审定会议的纪要编号和会议日期。")
    if minutes is not None:
        refuse_coming_meeting(minutes.date, today=timezone.localdate(act.at))


@dataclass(frozen=True, slots=True)
class _AssessedSupport:
    """The stored answer to a proposed support, its ceilings, and which lines' sums are the officers' own."""

    assessment: Assessment
    ceilings: Ceilings
    lines: list[ClaimLine]
    open_lines: frozenset[int]
    decided: DecidedSums | None


def _assess_support(
    claim: Claim,
    stage: Stage,
    *,
    given: Mapping[int, LineSum],
    before: Decision | None,
    unmet: Sequence[str],
    minutes: Minutes | None,
    act: ActorContext,
) -> _AssessedSupport:
    """Ask the engine, with the officers' sums where the rules leave them to people, and store its answer.

    Raises RefusedError where such a sum or the paper that sets it is missing, and where the answer gives nothing.
    """
    context = read_claim(claim)
    lines = [state.line for state in context.lines]
    question = build_question(context, on=day_of(claim, act), unmet=unmet)
    earlier = before.assessment if before else claim.assessments.first()
    left_open = open_sums(context, question, earlier=earlier)
    decided = decided_sums(
        lines,
        left_open.lines,
        given=given,
        before=sums_of(before),
        is_title=bool(left_open.title),
        decision_no=minutes.decision_no.strip() if minutes else "",
    )
    if decided is not None:
        if decided.are_money and minutes is not None and not decided.decision_no:
            raise RefusedError("文件没有规定金额，请填写“金额依据”：确定金额的文件或决定的名称、文号和日期。")
        question = with_decided_sums(question, context, decided)
    assessment = assess_claim(context, act=act, stage=ACTION_OF[stage, Conclusion.SUPPORT], question=question)
    ceilings = read_ceilings(assessment.answer)
    if not (ceilings.is_payable or ceilings.is_recognised):
        words = "；".join(ceilings.reasons) or "测算金额为零"
        raise RefusedError(f"按现有材料和所选条件，测算结果为不予支持：{words}。请改选“不予支持”，或核对所选条件。")
    return _AssessedSupport(assessment, ceilings, lines, left_open.lines, decided)


def _line_sums(
    assessed: _AssessedSupport, *, given: Mapping[int, LineSum], before: Decision | None
) -> dict[int, LineSum]:
    """Each line's sum by its pk, within its ceiling; empty for a mere title. Raises RefusedError for a total of 0."""
    if assessed.ceilings.is_recognised:
        return {}
    ceilings = assessed.ceilings.of_lines(assessed.lines)
    found = checked_sums(assessed.lines, ceilings, given=given, before=sums_of(before), open_lines=assessed.open_lines)
    if not any(line_sum.amount for line_sum in found.values()):
        raise RefusedError("支持金额合计为零，请改选“不予支持”并说明理由。")
    return found


def _supported(
    assessed: _AssessedSupport, line_sums: Mapping[int, LineSum], *, cuts: Sequence[Cut], act: ActorContext
) -> _AssessedSupport:
    """With the stored answer to what is granted, whose parts the award takes; its ceilings stay what the rules give."""
    if not line_sums:
        return assessed
    sums = {number: line_sums[line.pk].amount for number, line in enumerate(assessed.lines, start=1)}
    return replace(assessed, assessment=assess_supported(assessed.assessment, sums=sums, cuts=cuts, act=act))


def _record_support(
    claim: Claim,
    assessed: _AssessedSupport,
    line_sums: Mapping[int, LineSum],
    *,
    stage: Stage,
    officer: User | None,
    unmet: Sequence[str],
    minutes: Minutes | None,
    act: ActorContext,
) -> Decision:
    """Write the conclusion and its sum per line. A mere title has neither amount nor ceiling."""
    ceilings, decided = assessed.ceilings, assessed.decided
    decision = write_decision(
        claim,
        stage=stage,
        conclusion=Conclusion.SUPPORT,
        officer=officer,
        act=act,
        amount=None if ceilings.is_recognised else sum((line.amount for line in line_sums.values()), ZERO),
        ceiling=None if ceilings.is_recognised else ceilings.total,
        reason=reasons_in_words(assessed.lines, line_sums) if line_sums else "",
        is_discretionary=decided is not None and decided.are_money,
        decision_no=decided.decision_no if decided is not None else "",
        title=ceilings.title,
        unmet=list(unmet),
        minutes_number=minutes.number if minutes else "",
        minutes_date=minutes.date if minutes else None,
        assessment=assessed.assessment,
    )
    by_line = ceilings.of_lines(assessed.lines)
    lines = LineDecision.objects.bulk_create(
        LineDecision(decision=decision, line_id=pk, amount=line.amount, ceiling=by_line[pk], reason=line.reason)
        for pk, line in line_sums.items()
    )
    record_contents(lines)
    return decision


def confirm_district_review(claim_id: int, *, expected: ExpectedState, act: ActorContext) -> Decision:
    """The second officer confirms what the first proposed, sum for sum; a proposed refusal becomes one.

    Raises RefusedError where there is nothing to confirm, and what `lock_for_decision` raises.
    """
    with transaction.atomic():
        # Both conclusions are one duty's; which of them it is, the first officer's proposal says.
        claim, stage, officer, act = lock_for_decision(claim_id, expected, Conclusion.SUPPORT, act)
        if stage != Stage.DISTRICT_SECOND:
            raise RefusedError("该申报现不在区级复核环节。")
        proposed = latest_decision(claim, Stage.DISTRICT_FIRST)
        if proposed is None:
            raise RefusedError("没有可以复核的初审意见，请退回经办重新初审。")
        if claim.events.filter(action=Action.RESUBMIT, at__gt=proposed.at).exists():
            raise RefusedError("初审之后申报内容有过补正，请退回经办按新内容重新初审。")
        conclusion = Conclusion(proposed.conclusion)
        decision = write_decision(
            claim,
            stage=stage,
            conclusion=conclusion,
            officer=officer,
            act=act,
            amount=proposed.amount,
            ceiling=proposed.ceiling,
            reason=proposed.reason,
            grounds=proposed.grounds,
            is_discretionary=proposed.is_discretionary,
            title=proposed.title,
            unmet=proposed.unmet,
            assessment=proposed.assessment,
        )
        lines = LineDecision.objects.bulk_create(
            LineDecision(
                decision=decision, line_id=line.line_id, amount=line.amount, ceiling=line.ceiling, reason=line.reason
            )
            for line in proposed.lines.all()
        )
        record_contents(lines)
        if conclusion == Conclusion.SUPPORT:
            _move(claim, Action.DISTRICT_CONFIRM, act=act)
        else:
            _move(claim, Action.REJECT, act=act, reason=proposed.reason)
    return decision


def refuse_claim(
    claim_id: int,
    *,
    expected: ExpectedState,
    reason: str,
    act: ActorContext,
    grounds: Sequence[str] = (),
    unmet: Sequence[str] = (),
    minutes: Minutes | None = None,
    report: ReportPaper | None = None,
) -> Decision:
    """Refuse a claim (不予受理 or 不予支持) with a reason that the applicant will read; `grounds` are its codes.

    At the district's first stage this is a proposal that the second officer confirms. Raises RefusedError without a
    reason, and what `lock_for_decision` raises.
    """
    if not reason.strip():
        raise RefusedError("请选择并写明不予支持的理由，申报单位将看到这些文字。")
    with transaction.atomic():
        claim, stage, officer, act = lock_for_decision(claim_id, expected, Conclusion.REFUSE, act)
        if minutes is not None:
            refuse_coming_meeting(minutes.date, today=timezone.localdate(act.at))
        action = ACTION_OF[stage, Conclusion.REFUSE]
        assessment: Assessment | None = None
        if stage in SUM_STAGES:
            assessment = assess_claim(read_claim(claim), act=act, stage=action, unmet=unmet)
        decision = write_decision(
            claim,
            stage=stage,
            conclusion=Conclusion.REFUSE,
            officer=officer,
            act=act,
            reason=reason.strip(),
            grounds=list(grounds),
            unmet=list(unmet),
            minutes_number=minutes.number if minutes else "",
            minutes_date=minutes.date if minutes else None,
            assessment=assessment,
        )
        keep_report(decision, report, act=act)
        if action == Action.DISTRICT_PASS:
            _move(claim, action, act=act, changes={"district_amount": ZERO})
        else:
            _move(claim, action, act=act, reason=decision.reason)
    return decision


def refuse_coming_meeting(held_on: date, *, today: date) -> None:
    """A meeting that has not been held decides nothing; its day is printed on the notice for good."""
    if held_on > today:
        raise RefusedError("会议日期不能晚于今天，请按会议纪要填写。", "minutes_date")


def send_back(claim_id: int, *, expected: ExpectedState, reason: str, act: ActorContext) -> Decision:
    """Return a claim to an earlier stage, with what to look at again; a new round begins there."""
    if not reason.strip():
        raise RefusedError("请写明退回的原因，便于经办人员重新审核。")
    with transaction.atomic():
        claim, stage, officer, act = lock_for_decision(claim_id, expected, Conclusion.SEND_BACK, act)
        decision = write_decision(
            claim, stage=stage, conclusion=Conclusion.SEND_BACK, officer=officer, act=act, reason=reason.strip()
        )
        _move(claim, Action.SEND_BACK, act=act, reason=decision.reason)
    return decision


_latest = Lookup(
    lambda claim, stage: (
        Decision.objects.filter(claim=claim, stage=stage)
        .select_related("assessment")
        .prefetch_related("lines__line")
        .order_by("-pk")[:1]
    ),
    *(A_KEY, "a stage"),
)


def latest_decision(claim: Claim, stage: Stage) -> Decision | None:
    """The last conclusion at a stage, of whichever round."""
    return _latest.first(claim.pk, stage.value)


def decision_before(claim: Claim, stage: str) -> Decision | None:
    """The conclusion that a stage starts from: the district's for the city, the city's for the final decision."""
    before = stage_before(Stage(stage), claim)
    return latest_decision(claim, before) if before else None


def _move(
    claim: Claim, action: Action, *, act: ActorContext, reason: str = "", changes: dict[str, Any] | None = None
) -> ClaimEvent:
    event = perform_transition(claim, action=action, act=act, reason=reason, changes=changes)
    notify_of_step(claim, event)
    enqueue_notice(claim, event)
    return event
