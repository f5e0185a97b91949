"""The one function that writes a claim's status: lock, check, write, log."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from applications.claims.clock import RUNNING, clocks_of, fresh_step
from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim, ClaimEvent
from applications.claims.permissions import mandate_of, party_for, right_to
from applications.claims.selectors.files import is_fixed
from applications.claims.selectors.single import LONG
from applications.claims.workflow import APPLICANT, SYSTEM, workflow_of
from portal.accounts.enums import Role
from portal.audit.services import insert_recorded, record_as_read, record_audit, record_contents
from portal.core.actor import ActorContext
from portal.core.bulk import new_row
from portal.core.errors import RefusedError
from portal.core.statements import A_KEY, Lookup

# A stage that comes again concludes anew, in a round of its own.
_NEW_ROUND = frozenset({Action.RESUBMIT, Action.SEND_BACK, Action.RECALL, Action.REDECIDE, Action.REOPEN})
# What other apps do once a claim was moved, in the same transaction: functions of the locked claim and its event.
FOLLOW_UPS: list[Callable[[Claim, ClaimEvent], None]] = []
_ROLES = frozenset(Role.values)
_S = ClaimStatus
_BEFORE_DISTRICT = (_S.SUBMITTED, _S.DISTRICT_REVIEW)
_BEFORE_CITY = (*_BEFORE_DISTRICT, _S.DISTRICT_CONFIRMATION, _S.CITY_REVIEW)
_BEFORE_DECISION = (*_BEFORE_CITY, _S.AUDIT, _S.PANEL, _S.FINAL_DECISION)
# What earlier rounds set, by the states in which it does not stand yet, and what it is then.
_SUMS: dict[str, tuple[tuple[ClaimStatus, ...], Any]] = {
    "district_amount": (_BEFORE_DISTRICT, None),
    "city_amount": (_BEFORE_CITY, None),
    "approved_amount": (_BEFORE_DECISION, None),
    "approved_title": (_BEFORE_DECISION, ""),
}


# The lock is on the claim alone: joined rows are shared by many claims.
_locked = Lookup(
    lambda pk: (
        Claim.objects.select_for_update(of=("self",))
        .select_related("item", "version", "applicant", "region", "region__parent", "city")
        .defer(*LONG)
        .filter(pk=pk)
    ),
    A_KEY,
)


def lock_claim(pk: int) -> Claim:
    """Read a claim under a row lock that holds until the caller's transaction ends."""
    if not connection.in_atomic_block:
        raise RuntimeError("lock_claim needs a transaction")
    found = _locked.first(pk)
    if found is None:
        raise Claim.DoesNotExist
    return found


def perform_transition(
    claim: Claim, *, action: Action, act: ActorContext, reason: str = "", changes: Mapping[str, Any] | None = None
) -> ClaimEvent:
    """Move a locked claim along the table, with its time line entry and its audit record.

    `claim` must come from `lock_claim` in the same transaction; `changes` are further fields written with the
    status. Raises RefusedError where the claim is no longer in a state for the action or a reason is
    missing, PermissionDenied where the action is open but not to this person.
    """
    workflow, before = workflow_of(claim.route, claim.departures), ClaimStatus(claim.status)
    row = workflow.check(claim, action)
    party = party_for(act.user, claim, action) if act.user else SYSTEM if SYSTEM in row.parties else None
    if party is None:
        raise PermissionDenied(f"您的职责不包含对该申报“{action.label}”。")
    workflow.check(claim, action, reason=reason)
    _refuse_recused(claim, party, act)

    # As the claim stood: what gives the right depends on it.
    right = right_to(action, claim)
    after = ClaimStatus(row.target_from(before) or _goes_on_at(claim))
    changed = dict(changes or {})
    if action == Action.REQUEST_CORRECTION:
        changed |= {"returned_from": before, "correction_round": claim.correction_round + 1}
    if before == ClaimStatus.CORRECTION and after != before:
        changed |= {"returned_from": "", "correction_due_on": None}
    if action in _NEW_ROUND:
        changed["round"] = claim.round + 1
        changed |= {name: empty for name, (set_after, empty) in _SUMS.items() if after in set_after}
    changed |= _clocks_after(claim, action=action, before=before, after=after, act=act)
    was_fixed, held = is_fixed(claim), claim.holds_rights
    old, new = workflow.move(claim, action, target=after, changes=changed | {"status_since": act.at})
    if not claim.holds_rights:
        claim.lines.update(exclusive_key=None)
    if is_fixed(claim) != was_fixed or not (claim.holds_rights and held):
        points = claim.correction_points.only("claim") if claim.correction_round else ()
        record_contents([claim, *claim.lines.only("claim"), *points])
    event = ClaimEvent.objects.create(
        claim=claim,
        action=action,
        from_status=before,
        to_status=after,
        actor=act.user,
        actor_name=act.actor_name,
        role=party,
        mandate=mandate_of(act.user, claim, right) if party == APPLICANT else None,
        reason=reason.strip(),
        at=act.at,
    )
    if before == ClaimStatus.CORRECTION and after in RUNNING:
        set_clocks(claim, on=timezone.localdate(act.at))
    for follow_up in FOLLOW_UPS:
        follow_up(claim, event)
    record_audit(
        act,
        action=f"claim.{action}",
        target=claim,
        region_code=claim.region_id,
        before=_loggable(old),
        after=_loggable(new) | {"reason": reason.strip()},
    )
    return event


def perform_transitions(
    claims: Sequence[Claim], *, action: Action, act: ActorContext, role: str, reason: str = ""
) -> list[ClaimEvent]:
    """Move locked claims along the table by an action that names its target and releases no right, in few statements.

    The caller has checked that the person may act in this role. Raises RefusedError as `perform_transition` does.
    """
    by_route: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        way = (claim.route, claim.departures)
        workflow_of(*way).check(claim, action, reason=reason)
        _refuse_recused(claim, role, act)
        by_route.setdefault(way, []).append(claim)
    before = {claim.pk: claim.status for claim in claims}
    for way, its in by_route.items():
        workflow = workflow_of(*way)
        row = workflow.get(action)
        ended = {"step_due_on": None} | ({} if row and row.target in RUNNING else {"whole_due_on": None})
        workflow.move_locked(its, action, status_since=act.at, **ended)
    alike = {"action": action, "reason": reason.strip(), "at": act.at}
    alike |= {"actor_id": act.user_id, "actor_name": act.actor_name, "role": role}
    events = insert_recorded(
        new_row(ClaimEvent, claim_id=claim.pk, from_status=before[claim.pk], to_status=claim.status, **alike)
        for claim in claims
    )
    record_as_read(claims)
    for claim in claims:
        record_audit(
            act,
            action=f"claim.{action}",
            target=claim,
            region_code=claim.region_id,
            before={"status": before[claim.pk]},
            after={"status": claim.status, "reason": reason.strip()},
        )
    return events


def _goes_on_at(claim: Claim) -> str:
    """Where a claim goes on whose table names no state: where it was returned, or where it was refused."""
    if claim.returned_from:
        return claim.returned_from
    refused_at = claim.events.latest("pk").from_status
    return ClaimStatus.FINAL_DECISION if refused_at == ClaimStatus.OBJECTION else refused_at


def _clocks_after(
    claim: Claim, *, action: Action, before: ClaimStatus, after: ClaimStatus, act: ActorContext
) -> dict[str, Any]:
    """The last days of a step that begins, and of the whole where that begins, stops or ends with the move."""
    if after == before or (before == ClaimStatus.CORRECTION and after in RUNNING):
        return {}
    is_first = action in (Action.SUBMIT, Action.REOPEN)
    found = fresh_step(claim.procedure, after, on=timezone.localdate(act.at), with_whole=is_first)
    keeps = after in RUNNING and not is_first
    return {"step_due_on": found.step} | ({} if keeps else {"whole_due_on": found.whole})


def set_clocks(claim: Claim, *, on: date) -> None:
    """Write the clocks of a locked claim as its time line says on this day. Two queries, and what stops ask.

    For when a claim comes back from the applicant, is held or goes on; the caller records the act.
    """
    found = clocks_of(claim, claim.events.all(), on=on)
    claim.step_due_on, claim.whole_due_on = found.step, found.whole
    claim.save(update_fields=["step_due_on", "whole_due_on"])


def _refuse_recused(claim: Claim, party: str, act: ActorContext) -> None:
    """Raise RefusedError where an official is recused from the claim's applicant."""
    if act.user is not None and party in _ROLES and claim.applicant_id in act.user.recused_from:
        raise RefusedError(f"您与申报 {claim.number} 存在应当回避的情形，请由其他人员办理。")


def _loggable(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values for the audit record, rows by their keys."""
    return {
        name: value.pk if isinstance(value, Model) else value
        for name, value in values.items()
        if name not in ("status_since", "step_due_on", "whole_due_on")
    }
