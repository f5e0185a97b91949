"""The table of a claim's transitions: action → where from, where to, by whom. Pure.

`applications.claims.services.transitions.perform_transition` is the only function that acts on it.
"""

from functools import lru_cache
from itertools import pairwise

from applications.claims.enums import Action, ClaimStatus, Route
from policies.engine.procedure import CITY_ONLY, Procedure
from portal.accounts.enums import Role
from portal.core.workflow import Workflow, back, transition

S = ClaimStatus
APPLICANT = "applicant"
# The portal itself, where the city has it act without an officer.
SYSTEM = "system"


# Who works on a claim in each status, for queues, "who has it now" and four eyes; `reviewer_of` knows the procedures.
REVIEWER_OF: dict[ClaimStatus, Role] = {
    S.SUBMITTED: Role.ACCEPTANCE,
    S.DISTRICT_REVIEW: Role.DISTRICT_FIRST,
    S.DISTRICT_CONFIRMATION: Role.DISTRICT_SECOND,
    S.CITY_REVIEW: Role.CITY_OFFICER,
    S.AUDIT: Role.CITY_OFFICER,
    S.PANEL: Role.CITY_OFFICER,
    S.FINAL_DECISION: Role.DECISION_MAKER,
    S.AWAITING_PUBLICITY: Role.CITY_OFFICER,
    S.PUBLICITY: Role.DECISION_MAKER,
    S.OBJECTION: Role.CITY_OFFICER,
    S.APPROVED: Role.FINANCE,
}
# Where the district decides, its decision-maker publishes, and its second officer approves after the publicity.
_DISTRICT_REVIEWERS = {
    S.AUDIT: Role.DISTRICT_SECOND,
    S.PANEL: Role.DISTRICT_SECOND,
    S.AWAITING_PUBLICITY: Role.DECISION_MAKER,
    S.PUBLICITY: Role.DISTRICT_SECOND,
    S.OBJECTION: Role.DISTRICT_SECOND,
}
# The status in which a claim waits at each step of a procedure, and the action that ends the step.
STATUS_OF_STEP: dict[str, ClaimStatus] = {
    "acceptance": S.SUBMITTED,
    "district_first": S.DISTRICT_REVIEW,
    "district_second": S.DISTRICT_CONFIRMATION,
    "city": S.CITY_REVIEW,
    "audit": S.AUDIT,
    "panel": S.PANEL,
    "final": S.FINAL_DECISION,
    "publicity": S.AWAITING_PUBLICITY,
    "payment": S.APPROVED,
}
_ENDED_BY: dict[ClaimStatus, Action] = {
    S.SUBMITTED: Action.ACCEPT,
    S.DISTRICT_REVIEW: Action.DISTRICT_PASS,
    S.DISTRICT_CONFIRMATION: Action.DISTRICT_CONFIRM,
    S.CITY_REVIEW: Action.CITY_PASS,
    S.AUDIT: Action.AUDIT_PASS,
    S.PANEL: Action.PANEL_PASS,
    S.FINAL_DECISION: Action.DECIDE,
}
# What the portal may do by an item's rule; acceptance, decision and payment are people's.
BY_RULE = frozenset({Action.DISTRICT_PASS, Action.DISTRICT_CONFIRM, Action.CITY_PASS})
_REVIEWERS = (Role.ACCEPTANCE, Role.DISTRICT_FIRST, Role.DISTRICT_SECOND, Role.CITY_OFFICER, Role.DECISION_MAKER)


def _reviewers(procedure: Procedure) -> dict[ClaimStatus, Role]:
    """Who works on a claim in each status under a procedure."""
    found = REVIEWER_OF | (_DISTRICT_REVIEWERS if procedure.is_decided_by_district else {})
    return found | ({S.SUBMITTED: Role.CITY_OFFICER} if CITY_ONLY in procedure.departures else {})


def _recalled(way: list[ClaimStatus], procedure: Procedure) -> dict[ClaimStatus, ClaimStatus]:
    """Where who concluded last takes their conclusion back to; nobody takes back a publicity that has ended."""
    return {
        status: before
        for before, status in pairwise(way)
        if not (procedure.is_publicised_first and status == S.FINAL_DECISION)
    }


def _sent_back(way: list[ClaimStatus]) -> dict[ClaimStatus, ClaimStatus]:
    """Where who has a claim sends it back to: the review before, the first officer's where that is the second's.

    A decision that is not yet publicised goes back to the meeting. Nothing goes back to acceptance.
    """
    reviews = [status for status in way if status != S.AWAITING_PUBLICITY]
    found: dict[ClaimStatus, ClaimStatus] = dict(zip(reviews[2:], reviews[1:], strict=False))
    if S.AWAITING_PUBLICITY in way:
        found[S.AWAITING_PUBLICITY] = way[way.index(S.AWAITING_PUBLICITY) - 1]
    first: dict[ClaimStatus, ClaimStatus] = {S.DISTRICT_CONFIRMATION: S.DISTRICT_REVIEW}
    return {status: first.get(before, before) for status, before in found.items()}


def _table(procedure: Procedure) -> Workflow:
    """The one table of transitions, as a procedure has it."""
    way = [STATUS_OF_STEP[step] for step in procedure.steps if step != "payment"]
    after = dict(pairwise(way))
    by = _reviewers(procedure)
    reviews = frozenset(way) - {S.SUBMITTED, S.FINAL_DECISION, S.AWAITING_PUBLICITY}
    deciding = reviews | {S.FINAL_DECISION}
    passing = [
        transition(action, status, after[status], by[status], *([SYSTEM] if action in BY_RULE else []))
        for status, action in _ENDED_BY.items()
        if status in after
    ]
    # What was publicised before the decision is approved by it; what comes after it, when nobody objected.
    end, approver = (S.FINAL_DECISION, Role.DECISION_MAKER) if procedure.is_publicised_first else (S.PUBLICITY, None)
    granting = approver or by[S.PUBLICITY]
    hearers = (by[S.OBJECTION], Role.DECISION_MAKER)
    closing = [transition(Action.END_PUBLICITY, S.PUBLICITY, S.FINAL_DECISION, by[S.PUBLICITY])] if approver else []
    return Workflow(
        transition(Action.SUBMIT, S.DRAFT, S.SUBMITTED, APPLICANT),
        transition(Action.RESUBMIT, S.CORRECTION, None, APPLICANT),
        transition(
            Action.WITHDRAW,
            deciding | {S.DRAFT, S.SUBMITTED, S.CORRECTION},
            S.WITHDRAWN,
            APPLICANT,
            needs_reason=True,
        ),
        *passing,
        transition(Action.DEEM_ACCEPTED, S.SUBMITTED, after[S.SUBMITTED], SYSTEM, needs_reason=True),
        transition(Action.DECLINE, S.SUBMITTED, S.NOT_ACCEPTED, by[S.SUBMITTED], needs_reason=True),
        back(Action.SEND_BACK, _sent_back(way), *_REVIEWERS, needs_reason=True),
        back(Action.RECALL, _recalled(way, procedure), *_REVIEWERS, needs_reason=True),
        transition(Action.REQUEST_CORRECTION, deciding | {S.SUBMITTED}, S.CORRECTION, *_REVIEWERS, needs_reason=True),
        back(Action.PROLONG_CORRECTION, {S.CORRECTION: S.CORRECTION}, *_REVIEWERS, needs_reason=True),
        transition(Action.ABANDON, S.CORRECTION, S.ABANDONED, *_REVIEWERS, SYSTEM, needs_reason=True),
        transition(
            Action.REJECT,
            deciding,
            S.REJECTED,
            Role.DISTRICT_SECOND,
            Role.CITY_OFFICER,
            Role.DECISION_MAKER,
            needs_reason=True,
        ),
        transition(Action.PUBLICISE, S.AWAITING_PUBLICITY, S.PUBLICITY, by[S.AWAITING_PUBLICITY]),
        transition(Action.UNPUBLISH, S.PUBLICITY, S.AWAITING_PUBLICITY, by[S.AWAITING_PUBLICITY], needs_reason=True),
        transition(Action.OBJECT, S.PUBLICITY, S.OBJECTION, by[S.AWAITING_PUBLICITY], needs_reason=True),
        # Whoever concluded anything on the claim is refused by four eyes.
        transition(Action.DISMISS_OBJECTION, S.OBJECTION, S.PUBLICITY, *hearers, needs_reason=True),
        transition(Action.UPHOLD_OBJECTION, S.OBJECTION, S.REJECTED, *hearers, needs_reason=True),
        transition(Action.REDECIDE, S.OBJECTION, S.FINAL_DECISION, *hearers, needs_reason=True),
        # An annulled refusal goes on where it was made: the claim's time line says where.
        transition(Action.REOPEN, {S.REJECTED, S.NOT_ACCEPTED}, None, *hearers, needs_reason=True),
        *closing,
        transition(Action.APPROVE, end, S.APPROVED, granting),
        transition(Action.RECOGNISE, end, S.RECOGNISED, granting),
        transition(Action.RECORD_PAYMENT, S.APPROVED, S.PAID, Role.FINANCE),
        transition(Action.RECORD_RETURN, S.PAID, S.APPROVED, Role.FINANCE, needs_reason=True),
        back(Action.LOWER, {S.APPROVED: S.APPROVED, S.PAID: S.PAID}, Role.DECISION_MAKER, needs_reason=True),
        transition(Action.TERMINATE, {S.APPROVED, S.PAID}, S.TERMINATED, Role.DECISION_MAKER, needs_reason=True),
        noun="申报",
        field="status",
    )


# Only who has the claim may act on it: a city officer rejects in city review, not in the district's.
_DESK_ACTIONS = frozenset({Action.REQUEST_CORRECTION, Action.REJECT, Action.SEND_BACK})
# A correction belongs to the stage that asked for it.
_CORRECTION_ACTIONS = frozenset({Action.PROLONG_CORRECTION, Action.ABANDON})


def procedure_of(route: str, departures: str = "") -> Procedure:
    """The procedure of a route with the further words that a claim's column holds, without its periods."""
    return Procedure(route, frozenset(filter(None, departures.split(","))))


@lru_cache(maxsize=64)
def workflow_of(route: str, departures: str = "") -> Workflow:
    """The table of the claims of a route, with the departures that a claim's column holds."""
    return _table(procedure_of(route, departures))


def reviewer_of(status: ClaimStatus, route: str = Route.CITY, departures: str = "") -> Role | None:
    """The role that works on such a claim in a status; None where nobody of the offices does."""
    return _reviewers(procedure_of(route, departures)).get(status)


def may_act(
    action: Action,
    status: ClaimStatus,
    role: str,
    route: str = Route.CITY,
    *,
    returned_from: str = "",
    departures: str = "",
) -> bool:
    """Whether the table lets someone with this role (or `APPLICANT`, `SYSTEM`) do the action to a claim in this status.

    `returned_from` is the status in which a claim in correction was returned.
    """
    row = workflow_of(route, departures).get(action)
    if row is None or status not in row.sources or role not in row.parties:
        return False
    if action == Action.RECALL:
        return reviewer_of(ClaimStatus(row.by_source[status]), route, departures) == role
    if action in _CORRECTION_ACTIONS and role != SYSTEM:
        return bool(returned_from) and reviewer_of(ClaimStatus(returned_from), route, departures) == role
    return action not in _DESK_ACTIONS or reviewer_of(status, route, departures) == role


def actions_for(status: ClaimStatus, role: str, route: str = Route.CITY, departures: str = "") -> list[Action]:
    """The actions open to a role in a status, in the order of their list."""
    return [action for action in Action if may_act(action, status, role, route, departures=departures)]
