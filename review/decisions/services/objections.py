"""Objections to a publicised claim: entered, dismissed or upheld. They freeze one claim and no other."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim
from applications.claims.permissions import party_for
from applications.claims.services.transitions import lock_claim, perform_transition
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from review.decisions.enums import ObjectionState
from review.decisions.models import Objection, PublicityEntry
from review.decisions.services.locking import check_uninvolved
from review.decisions.services.publicity import close_if_settled, last_day
from review.decisions.services.step_messages import enqueue_notice, notify_of_step
from review.decisions.services.ways_back import release_decided
from review.decisions.workflow import OBJECTIONS

# The time line is read by the applicant: it says that there is an objection, never whose or what.
TIME_LINE_WORDS = "公示期间收到实名异议，正在核实。"


@dataclass(frozen=True, slots=True)
class Objector:
    """Who objects and how to reach them. Kept from everybody but the city's officers."""

    name: str
    contact: str


def enter_objection(
    entry: PublicityEntry, *, objector: Objector, text: str, received_on: date, act: ActorContext
) -> Objection:
    """Record a signed objection and freeze the claim. A further one on a frozen claim is kept beside the first.

    Raises RefusedError without a name, a contact or content, or for a day outside the publicity;
    RefusedError and PermissionDenied as the workflow says.
    """
    publicity = entry.publicity
    if not publicity.entries.standing().filter(pk=entry.pk).exists():
        raise RefusedError("该申报已退出这次公示，请在其最新的公示中登记异议。")
    if not (objector.name.strip() and objector.contact.strip() and text.strip()):
        raise RefusedError("异议须实名：请填写异议人、联系方式和异议内容。")
    if not publicity.starts_on <= received_on <= publicity.ends_on:
        raise RefusedError(f"收到日期须在公示期内（{publicity.starts_on:%Y-%m-%d} 至 {publicity.ends_on:%Y-%m-%d}）。")
    due_on = last_day(received_on, workdays=settings.OBJECTION_WORKDAYS)
    with transaction.atomic():
        claim = lock_claim(entry.claim_id)
        if act.user is None:
            raise RefusedError("异议须由审核人员登记。")
        if claim.status == ClaimStatus.OBJECTION and party_for(act.user, claim, Action.DISMISS_OBJECTION) is None:
            raise RefusedError("您的职责不包含登记该申报的异议。")
        objection = Objection.objects.create(
            entry=entry,
            objector=objector.name.strip(),
            contact=objector.contact.strip(),
            text=text.strip(),
            received_on=received_on,
            due_on=due_on,
            entered_by=act.user,
            entered_at=act.at,
        )
        if claim.status == ClaimStatus.OBJECTION:
            record_audit(
                act, action="review.objection", target=claim, region_code=claim.region_id, after={"due_on": due_on}
            )
        else:
            event = perform_transition(claim, action=Action.OBJECT, act=act, reason=TIME_LINE_WORDS)
            notify_of_step(claim, event)
    return objection


def dismiss_objection(objection_id: int, *, conclusion: str, act: ActorContext) -> Objection:
    """Find an objection not made out; with none left open, the claim goes back to publicity.

    Raises RefusedError without a conclusion, where it was decided already, and for who concluded anything on the claim.
    """
    with transaction.atomic():
        claim, objection = _open_objection(objection_id, conclusion=conclusion, act=act)
        _decide(objection, state=ObjectionState.DISMISSED, conclusion=conclusion, act=act)
        if _others_open(objection):
            record_audit(
                act,
                action="review.objection_dismissed",
                target=claim,
                region_code=claim.region_id,
                after={"conclusion": conclusion},
            )
        else:
            event = perform_transition(
                claim, action=Action.DISMISS_OBJECTION, act=act, reason="经核实，异议不成立，恢复公示程序。"
            )
            notify_of_step(claim, event)
    return objection


def uphold_objection(objection_id: int, *, conclusion: str, act: ActorContext) -> Objection:
    """Find an objection made out: the claim is refused with the conclusion as reason, and its limits are released.

    Raises RefusedError as `dismiss_objection` does.
    """
    with transaction.atomic():
        return _concede(objection_id, ObjectionState.UPHELD, conclusion=conclusion, act=act)


def redecide_objection(objection_id: int, *, conclusion: str, act: ActorContext) -> Objection:
    """Find an objection made out in part: the claim leaves its list and is decided anew, on a lower sum or otherwise.

    What the decision reserved is released. Raises as `uphold_objection` does.
    """
    with transaction.atomic():
        return _concede(objection_id, ObjectionState.REDECIDED, conclusion=conclusion, act=act)


def _concede(objection_id: int, state: ObjectionState, *, conclusion: str, act: ActorContext) -> Objection:
    claim, objection = _open_objection(objection_id, conclusion=conclusion, act=act)
    release_decided(claim, act=act)
    for other in [objection, *_others_open(objection)]:
        _decide(other, state=state, conclusion=conclusion, act=act)
    action = Action.UPHOLD_OBJECTION if state == ObjectionState.UPHELD else Action.REDECIDE
    nothing = {"approved_amount": None, "approved_title": ""}
    event = perform_transition(claim, action=action, act=act, reason=conclusion, changes=nothing)
    notify_of_step(claim, event)
    enqueue_notice(claim, event)
    close_if_settled(objection.entry.publicity, act=act)
    return objection


def _open_objection(objection_id: int, *, conclusion: str, act: ActorContext) -> tuple[Claim, Objection]:
    if not conclusion.strip():
        raise RefusedError("请写明核实结论。")
    objection = Objection.objects.select_related("entry__publicity").get(pk=objection_id)
    claim = lock_claim(objection.entry.claim_id)
    objection.refresh_from_db(fields=["state"])
    if objection.state != ObjectionState.OPEN:
        raise RefusedError(f"该异议已认定“{objection.get_state_display()}”，不能再次办理。")
    if claim.status != ClaimStatus.OBJECTION:
        raise RefusedError(f"该申报现为“{claim.get_status_display()}”，没有待办的异议。")
    if act.user is None or party_for(act.user, claim, Action.DISMISS_OBJECTION) is None:
        raise RefusedError("您的职责不包含认定该申报的异议，请由审定地区的人员办理。")
    check_uninvolved(claim, act=act)
    return claim, objection


def _decide(objection: Objection, *, state: ObjectionState, conclusion: str, act: ActorContext) -> None:
    decided = {"conclusion": conclusion.strip(), "decided_by": act.user, "decided_at": act.at}
    OBJECTIONS.move(objection, state, changes=decided)


def _others_open(objection: Objection) -> list[Objection]:
    return list(
        Objection.objects.filter(entry__claim_id=objection.entry.claim_id, state=ObjectionState.OPEN).exclude(
            pk=objection.pk
        )
    )
