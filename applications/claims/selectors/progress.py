"""Where a claim stands, told to its applicant: what happened, who has it, what comes next and by when."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from applications.claims.enums import UNDER_REVIEW, Action, ClaimStatus, Route
from applications.claims.models import Claim, ClaimEvent
from applications.claims.workflow import STATUS_OF_STEP
from applications.mandates.models import Mandate
from policies.engine.procedure import CITY_ONLY
from policies.engine.terms import STEPS
from portal.accounts.enums import DISTRICT_ROLES, Role
from portal.core import clock
from portal.core.statements import LookupAmong
from portal.core.steps import Step, steps
from portal.workdays.selectors import CalendarUnknownError, add_workdays

S = ClaimStatus

NEXT_STEPS = {
    S.DRAFT: "填写完整后核对并提交。",
    S.SUBMITTED: "受理人员核对材料是否齐全，之后进入区级审核。",
    S.DISTRICT_REVIEW: "区级经办人员审核后，由另一名人员复核。",
    S.DISTRICT_CONFIRMATION: "区级复核后送市级审核。",
    S.CITY_REVIEW: "市级审核后提交会议审定。",
    S.AUDIT: "第三方审计机构出具报告后继续审核。",
    S.PANEL: "专家评审后提交会议审定。",
    S.FINAL_DECISION: "会议审定后列入公示。",
    S.AWAITING_PUBLICITY: "列入下一批公示名单。",
    S.PUBLICITY: "公示期满无异议即批准，并发放资助决定通知书。",
    S.OBJECTION: "异议核实后，继续公示或作出不予支持决定。",
    S.APPROVED: "财务按账户资料拨付，到账后通知您。付款没有成功的，请核对并更新收款账户。",
    S.PAID: "资金已拨付，请核对到账。",
    S.RECOGNISED: "认定通知书制作完成后即可下载；认定不涉及资金。",
    S.CORRECTION: "按要求修改后重新提交，由原审核人员继续办理。",
    S.WITHDRAWN: "该申报已撤回。如需申报，请新建一份。",
    S.ABANDONED: "补正期限已过，没有重新提交，该申报已终结。申报期内可以新建一份重新申报。",
    S.NOT_ACCEPTED: "如有异议，可以按决定中的说明申请复议。",
    S.TERMINATED: "资助已终止。理由见办理经过；已拨付的资金按追缴决定退回。如有异议，可以申请行政复议或提起行政诉讼。",
    S.REJECTED: "如有异议，可以按通知书中的说明申请复议或提起诉讼。",
}
# Where the document lets the district decide, its own meeting follows on its own review.
_DISTRICT_NEXT_STEPS = {S.DISTRICT_CONFIRMATION: "区级复核后提交区级会议审定。"}
NEXT_AFTER_RETURN = "银行退回了付款。请核对并更新收款账户，财务随后重新拨付。"
# What an applicant's page calls the steps of a procedure; steps of one name that follow each other are one stage.
_STAGE_OF_STEP = {
    "acceptance": "受理",
    "district_first": "区级审核",
    "district_second": "区级审核",
    "city": "市级审核",
    "audit": "第三方审计",
    "panel": "专家评审",
    "publicity": "公示",
    "payment": "拨付",
}
_AT_PUBLICITY = (S.AWAITING_PUBLICITY, S.PUBLICITY, S.OBJECTION)
_GRANTED = (S.APPROVED, S.PAID, S.RECOGNISED)
_DISTRICT_WORK = (S.DISTRICT_REVIEW, S.DISTRICT_CONFIRMATION)
_OFFICE_WORK = (S.SUBMITTED, *_DISTRICT_WORK, S.CITY_REVIEW, S.AUDIT, S.PANEL, S.FINAL_DECISION)
_ENDED_WELL = frozenset({S.PAID, S.RECOGNISED})
_RECOGNITION = "recognition"
_BAD = frozenset(
    {Action.REJECT, Action.DECLINE, Action.UPHOLD_OBJECTION, Action.WITHDRAW, Action.ABANDON, Action.TERMINATE}
)
# What goes on inside the offices is theirs: an applicant sees that it is being reviewed, not who handed it to whom.
_INTERNAL = frozenset({Action.SEND_BACK, Action.RECALL})


# Why the work on a claim rests, in words for its applicant, "" where it does not: the apps that suspend it say so.
PAUSES: list[Callable[[Claim], str]] = []


@dataclass(frozen=True, slots=True)
class Progress:
    """What the head of a claim's page says; `pause` is why the work rests."""

    holder: str
    next_step: str
    expected_on: date | None
    is_overdue: bool
    contact: str
    steps: list[Step]
    pause: str = ""


def progress_of(claim: Claim) -> Progress:
    """Who has the claim, what comes next, and by which day; `is_overdue` tells a correction past its day."""
    held_at = claim.returned_from if claim.status == S.CORRECTION else claim.status
    is_districts = held_at in (S.DRAFT, S.SUBMITTED, *_DISTRICT_WORK) and CITY_ONLY not in claim.departures
    office = claim.region if is_districts else claim.deciding_region
    is_reviewed = claim.status in UNDER_REVIEW and claim.status != S.CORRECTION
    pause = next(filter(None, (said(claim) for said in PAUSES)), "") if is_reviewed else ""
    return Progress(
        pause=pause,
        holder=claim.holder,
        next_step=_next_step(claim),
        expected_on=None if pause else _expected_on(claim),
        is_overdue=claim.is_correction_overdue(clock.today()),
        contact=" ".join(filter(None, (office.bureau, office.contact))),
        steps=_steps(claim),
    )


def _next_step(claim: Claim) -> str:
    if _was_returned(claim):
        return NEXT_AFTER_RETURN
    step = next((step for step, status in STATUS_OF_STEP.items() if status == claim.status), "")
    if claim.departures and claim.status in _OFFICE_WORK:
        return f"{STEPS[step]}后进入{claim.procedure.after(step)}环节。"
    own = _DISTRICT_NEXT_STEPS.get(S(claim.status)) if claim.route == Route.DISTRICT else None
    return own or NEXT_STEPS[S(claim.status)]


def _was_returned(claim: Claim) -> bool:
    """Whether the bank returned the payment that the claim waits for."""
    if claim.status != S.APPROVED:
        return False
    last = claim.events.last()
    return last is not None and last.action == Action.RECORD_RETURN


def _expected_on(claim: Claim) -> date | None:
    """The day by which the office that has the claim should be done; for a correction, the day it is due."""
    if claim.status == S.CORRECTION:
        return claim.correction_due_on
    if claim.step_due_on or claim.status not in _OFFICE_WORK:
        return claim.step_due_on
    try:
        since = timezone.localdate(claim.status_since)
        return add_workdays(since + timedelta(days=1), days=settings.REVIEW_WORKDAYS)
    except CalendarUnknownError:
        return None


def _steps(claim: Claim) -> list[Step]:
    """The way of a claim in its stages; a claim that ended early stops where it was."""
    status = S(claim.returned_from) if claim.status == S.CORRECTION else S(claim.status)
    stages = _stages(claim)
    current = next((index for index, (_, inside) in enumerate(stages) if status in inside), None)
    if current is None:
        return []
    return steps([label for label, _ in stages], current, is_over=claim.status in _ENDED_WELL)


def _stages(claim: Claim) -> list[tuple[str, list[ClaimStatus]]]:
    """The stages with the statuses in each: what the district decides has no city review, and a title is not paid."""
    stages: list[tuple[str, list[ClaimStatus]]] = [("填写", [S.DRAFT])]
    for step, inside in _statuses(claim).items():
        label = _STAGE_OF_STEP.get(step) or _decision_label(claim, after=stages[-1][0])
        if label == stages[-1][0]:
            stages[-1][1].extend(inside)
        else:
            stages.append((_end_label(claim) if step == "payment" else label, [*inside]))
    return stages


def _statuses(claim: Claim) -> dict[str, tuple[ClaimStatus, ...]]:
    """The steps of the claim's procedure with the statuses in which it stands at each."""
    several = {"publicity": _AT_PUBLICITY, "payment": _GRANTED}
    return {step: several.get(step, (STATUS_OF_STEP[step],)) for step in claim.procedure.steps}


def _decision_label(claim: Claim, *, after: str) -> str:
    if claim.route == Route.DISTRICT:
        return "区级审定"
    return after if after == "市级审核" else "审定"


def _end_label(claim: Claim) -> str:
    is_title = claim.approved_amount is None and (claim.approved_title or claim.item.kind == _RECOGNITION)
    return "认定" if is_title else "拨付"


def way_of(claim: Claim, events: Iterable[ClaimEvent]) -> list[Step]:
    """Every step of the claim's procedure, those behind with the day on which they ended; `events` are its own."""
    status = S(claim.returned_from) if claim.status == S.CORRECTION else S(claim.status)
    by_step = _statuses(claim)
    current = next((place for place, inside in enumerate(by_step.values()) if status in inside), None)
    ended: dict[str, date] = {}
    for event in sorted(events, key=lambda event: event.pk):
        for step, inside in by_step.items():
            if event.from_status in inside and event.to_status not in (*inside, S.CORRECTION):
                ended[step] = timezone.localdate(event.at)
    labels = claim.procedure.labels | {"payment": _end_label(claim)}
    shown = steps(labels.values(), current, is_over=claim.status in _ENDED_WELL)
    if claim.status in _ENDED_WELL:
        ended["payment"] = timezone.localdate(claim.status_since)
    days = [ended.get(step) for step in labels]
    return [
        Step(step.label, step.is_done, step.is_current, f"{day.month}月{day.day}日" if step.is_done and day else "")
        for step, day in zip(shown, days, strict=True)
    ]


def timeline_of(claim: Claim) -> list[dict[str, Any]]:
    """The claim's time line for its applicant, newest first: offices by their duty, not officers by their names."""
    events = claim.events.select_related("mandate__agency")
    entries = [_entry(claim, event) for event in events if event.action not in _INTERNAL]
    return entries[::-1]


def mandates_used(claim: Claim) -> list[Mandate]:
    """The mandates under which steps of the claim were taken, the first used first. One query."""
    return mandates_of([claim.pk]).get(claim.pk, [])


_by_mandate = LookupAmong(
    lambda claims: (
        ClaimEvent.objects.filter(claim__in=claims)
        .exclude(mandate=None)
        .select_related("mandate__agency")
        .order_by("pk")
    )
)


def mandates_of(claim_ids: Collection[int]) -> dict[int, list[Mandate]]:
    """The same of several claims, of those that have some. One query."""
    found: dict[int, dict[int, Mandate]] = {}
    for event in _by_mandate(claim_ids):
        if event.mandate is not None:
            found.setdefault(event.claim_id, {}).setdefault(event.mandate.pk, event.mandate)
    return {claim: list(its.values()) for claim, its in found.items()}


def _entry(claim: Claim, event: ClaimEvent) -> dict[str, Any]:
    by = event.actor_name
    if event.role in Role.values:
        region = claim.region if event.role in DISTRICT_ROLES else claim.deciding_region
        by = Role(event.role).of(region.full_name)
    elif event.mandate is not None:
        by = f"由{event.mandate.agency.name}{event.actor_name}代办，{event.mandate}"
    return {
        "title": Action(event.action).label,
        "at": event.at,
        "by": by,
        "text": event.reason,
        "tone": "bad" if event.action in _BAD else "done",
    }
