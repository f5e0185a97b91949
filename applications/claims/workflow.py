"""The table of a claim's transitions: action → where from, where to, by whom. Pure.

`applications.claims.services.transitions.perform_transition` is the only function that acts on it.
"""

from applications.claims.enums import Action, ClaimStatus, Route
from portal.accounts.enums import Role
from portal.core.workflow import Transition, Workflow, back, transition

S = ClaimStatus
APPLICANT = "applicant"
# The portal itself, where the city has it act without an officer.
SYSTEM = "system"


# Who works on a claim in each status, for queues, "who has it now" and four eyes; `reviewer_of` knows the routes.
REVIEWER_OF: dict[ClaimStatus, Role] = {
    S.SUBMITTED: Role.ACCEPTANCE,
    S.DISTRICT_REVIEW: Role.DISTRICT_FIRST,
    S.DISTRICT_CONFIRMATION: Role.DISTRICT_SECOND,
    S.CITY_REVIEW: Role.CITY_OFFICER,
    S.FINAL_DECISION: Role.DECISION_MAKER,
    S.AWAITING_PUBLICITY: Role.CITY_OFFICER,
    S.PUBLICITY: Role.DECISION_MAKER,
    S.OBJECTION: Role.CITY_OFFICER,
    S.APPROVED: Role.FINANCE,
}
# Where the district decides, its decision-maker publishes, and its second officer approves after the publicity.
_DISTRICT_REVIEWERS = {
    S.AWAITING_PUBLICITY: Role.DECISION_MAKER,
    S.PUBLICITY: Role.DISTRICT_SECOND,
    S.OBJECTION: Role.DISTRICT_SECOND,
}


_REVIEWED = frozenset({S.DISTRICT_REVIEW, S.DISTRICT_CONFIRMATION, S.CITY_REVIEW})
_BEFORE_DECISION = frozenset(
    {S.SUBMITTED, S.DISTRICT_REVIEW, S.DISTRICT_CONFIRMATION, S.CITY_REVIEW, S.FINAL_DECISION, S.CORRECTION}
)

# Who has a claim sends it back by a stage, the second officer's and the city's to the first officer; a decision that is
# not yet publicised goes back to the meeting. Who concluded last takes their conclusion back until the next concludes.
_SENT_BACK = {
    S.DISTRICT_CONFIRMATION: S.DISTRICT_REVIEW,
    S.CITY_REVIEW: S.DISTRICT_REVIEW,
    S.FINAL_DECISION: S.CITY_REVIEW,
    S.AWAITING_PUBLICITY: S.FINAL_DECISION,
}
_RECALLED = {
    S.DISTRICT_REVIEW: S.SUBMITTED,
    S.DISTRICT_CONFIRMATION: S.DISTRICT_REVIEW,
    S.CITY_REVIEW: S.DISTRICT_CONFIRMATION,
    S.FINAL_DECISION: S.CITY_REVIEW,
    S.AWAITING_PUBLICITY: S.FINAL_DECISION,
}
_REVIEWERS = (Role.ACCEPTANCE, Role.DISTRICT_FIRST, Role.DISTRICT_SECOND, Role.CITY_OFFICER, Role.DECISION_MAKER)


def _hearing(role: Role) -> tuple[Transition, ...]:
    """The conclusions on an objection; whoever concluded anything on the claim is refused by four eyes."""
    hearers = (role, Role.DECISION_MAKER)
    return (
        transition(Action.DISMISS_OBJECTION, S.OBJECTION, S.PUBLICITY, *hearers, needs_reason=True),
        transition(Action.UPHOLD_OBJECTION, S.OBJECTION, S.REJECTED, *hearers, needs_reason=True),
        transition(Action.REDECIDE, S.OBJECTION, S.FINAL_DECISION, *hearers, needs_reason=True),
    )


_CITY = Workflow(
    transition(Action.SUBMIT, S.DRAFT, S.SUBMITTED, APPLICANT),
    transition(Action.RESUBMIT, S.CORRECTION, None, APPLICANT),
    transition(Action.WITHDRAW, _BEFORE_DECISION | {S.DRAFT}, S.WITHDRAWN, APPLICANT, needs_reason=True),
    transition(Action.ACCEPT, S.SUBMITTED, S.DISTRICT_REVIEW, Role.ACCEPTANCE),
    transition(Action.DECLINE, S.SUBMITTED, S.NOT_ACCEPTED, Role.ACCEPTANCE, needs_reason=True),
    transition(Action.DISTRICT_PASS, S.DISTRICT_REVIEW, S.DISTRICT_CONFIRMATION, Role.DISTRICT_FIRST),
    transition(Action.DISTRICT_CONFIRM, S.DISTRICT_CONFIRMATION, S.CITY_REVIEW, Role.DISTRICT_SECOND),
    back(Action.SEND_BACK, _SENT_BACK, *_REVIEWERS, needs_reason=True),
    back(Action.RECALL, _RECALLED, *_REVIEWERS, needs_reason=True),
    transition(Action.CITY_PASS, S.CITY_REVIEW, S.FINAL_DECISION, Role.CITY_OFFICER),
    transition(
        Action.REQUEST_CORRECTION,
        _REVIEWED | {S.SUBMITTED, S.FINAL_DECISION},
        S.CORRECTION,
        Role.ACCEPTANCE,
        Role.DISTRICT_FIRST,
        Role.DISTRICT_SECOND,
        Role.CITY_OFFICER,
        Role.DECISION_MAKER,
        needs_reason=True,
    ),
    back(Action.PROLONG_CORRECTION, {S.CORRECTION: S.CORRECTION}, *_REVIEWERS, needs_reason=True),
    transition(Action.ABANDON, S.CORRECTION, S.ABANDONED, *_REVIEWERS, SYSTEM, needs_reason=True),
    transition(
        Action.REJECT,
        _REVIEWED | {S.FINAL_DECISION},
        S.REJECTED,
        Role.DISTRICT_SECOND,
        Role.CITY_OFFICER,
        Role.DECISION_MAKER,
        needs_reason=True,
    ),
    transition(Action.DECIDE, S.FINAL_DECISION, S.AWAITING_PUBLICITY, Role.DECISION_MAKER),
    transition(Action.PUBLICISE, S.AWAITING_PUBLICITY, S.PUBLICITY, Role.CITY_OFFICER),
    transition(Action.UNPUBLISH, S.PUBLICITY, S.AWAITING_PUBLICITY, Role.CITY_OFFICER, needs_reason=True),
    transition(Action.OBJECT, S.PUBLICITY, S.OBJECTION, Role.CITY_OFFICER, needs_reason=True),
    *_hearing(Role.CITY_OFFICER),
    transition(Action.APPROVE, S.PUBLICITY, S.APPROVED, Role.DECISION_MAKER),
    transition(Action.RECOGNISE, S.PUBLICITY, S.RECOGNISED, Role.DECISION_MAKER),
    transition(Action.RECORD_PAYMENT, S.APPROVED, S.PAID, Role.FINANCE),
    transition(Action.RECORD_RETURN, S.PAID, S.APPROVED, Role.FINANCE, needs_reason=True),
    back(Action.LOWER, {S.APPROVED: S.APPROVED, S.PAID: S.PAID}, Role.DECISION_MAKER, needs_reason=True),
    transition(Action.TERMINATE, {S.APPROVED, S.PAID}, S.TERMINATED, Role.DECISION_MAKER, needs_reason=True),
    noun="申报",
    field="status",
)
# Where the document lets the district decide and the city only supervises: no role does all of what follows there.
_DISTRICT = _CITY.replaced(
    transition(Action.DISTRICT_CONFIRM, S.DISTRICT_CONFIRMATION, S.FINAL_DECISION, Role.DISTRICT_SECOND),
    back(
        Action.SEND_BACK,
        _SENT_BACK | {S.FINAL_DECISION: S.DISTRICT_REVIEW},
        *_REVIEWERS,
        needs_reason=True,
    ),
    back(Action.RECALL, _RECALLED | {S.FINAL_DECISION: S.DISTRICT_CONFIRMATION}, *_REVIEWERS, needs_reason=True),
    transition(Action.PUBLICISE, S.AWAITING_PUBLICITY, S.PUBLICITY, Role.DECISION_MAKER),
    transition(Action.UNPUBLISH, S.PUBLICITY, S.AWAITING_PUBLICITY, Role.DECISION_MAKER, needs_reason=True),
    transition(Action.OBJECT, S.PUBLICITY, S.OBJECTION, Role.DECISION_MAKER, needs_reason=True),
    *_hearing(Role.DISTRICT_SECOND),
    transition(Action.APPROVE, S.PUBLICITY, S.APPROVED, Role.DISTRICT_SECOND),
    transition(Action.RECOGNISE, S.PUBLICITY, S.RECOGNISED, Role.DISTRICT_SECOND),
)

# Only who has the claim may act on it: a city officer rejects in city review, not in the district's.
_DESK_ACTIONS = frozenset({Action.REQUEST_CORRECTION, Action.REJECT, Action.SEND_BACK})
# A correction belongs to the stage that asked for it.
_CORRECTION_ACTIONS = frozenset({Action.PROLONG_CORRECTION, Action.ABANDON})


def workflow_of(route: str) -> Workflow:
    """The table of the claims of a route."""
    return _DISTRICT if route == Route.DISTRICT else _CITY


def reviewer_of(status: ClaimStatus, route: str = Route.CITY) -> Role | None:
    """The role that works on a claim of a route in a status; None where nobody of the offices does."""
    own = _DISTRICT_REVIEWERS.get(status) if route == Route.DISTRICT else None
    return own or REVIEWER_OF.get(status)


def may_act(
    action: Action, status: ClaimStatus, role: str, route: str = Route.CITY, *, returned_from: str = ""
) -> bool:
    """Whether the table lets someone with this role (or `APPLICANT`, `SYSTEM`) do the action to a claim in this status.

    `returned_from` is the status in which a claim in correction was returned.
    """
    row = workflow_of(route).get(action)
    if row is None or status not in row.sources or role not in row.parties:
        return False
    if action == Action.RECALL:
        return reviewer_of(ClaimStatus(row.by_source[status]), route) == role
    if action in _CORRECTION_ACTIONS and role != SYSTEM:
        return bool(returned_from) and reviewer_of(ClaimStatus(returned_from), route) == role
    return action not in _DESK_ACTIONS or reviewer_of(status, route) == role


def actions_for(status: ClaimStatus, role: str, route: str = Route.CITY) -> list[Action]:
    """The actions open to a role in a status, in the order of their list."""
    return [action for action in Action if may_act(action, status, role, route)]
