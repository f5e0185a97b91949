"""The tables of transitions: one for what is asked, inspected, renewed and disputed. Pure."""

from portal.core.workflow import Workflow, transition
from review.followup.enums import Act, Kind
from review.followup.enums import FollowUpState as S

APPLICANT, OFFICER, SYSTEM = "applicant", "officer", "system"
_OPEN = {S.ASKED, S.SUBMITTED, S.RETURNED}

_CANCEL = transition(Act.CANCEL, _OPEN, S.CANCELLED, OFFICER, SYSTEM, needs_reason=True)
_JUDGED = (
    transition(Act.ACCEPT, S.SUBMITTED, S.ACCEPTED, OFFICER),
    transition(Act.RETURN, S.SUBMITTED, S.RETURNED, OFFICER, needs_reason=True),
    _CANCEL,
)
DUTY_TABLE = Workflow(transition(Act.SUBMIT, {S.ASKED, S.RETURNED}, S.SUBMITTED, APPLICANT), *_JUDGED, noun="报送事项")
INSPECTION_TABLE = Workflow(
    transition(Act.PASS, S.ASKED, S.ACCEPTED, OFFICER, needs_reason=True),
    transition(Act.FAULT, S.ASKED, S.RETURNED, OFFICER, needs_reason=True),
    transition(Act.SUBMIT, S.RETURNED, S.SUBMITTED, APPLICANT),
    *_JUDGED,
    noun="检查",
)
RENEWAL_TABLE = Workflow(
    transition(Act.RENEW, {S.ASKED, S.EXPIRED}, S.ACCEPTED, OFFICER, SYSTEM, needs_reason=True),
    transition(Act.EXPIRE, S.ASKED, S.EXPIRED, SYSTEM, needs_reason=True),
    _CANCEL,
    noun="续认",
)
DISPUTE_TABLE = Workflow(
    transition(Act.UPHOLD, S.OPEN, S.UPHELD, OFFICER, needs_reason=True),
    transition(Act.UPHOLD_PARTLY, S.OPEN, S.PARTLY, OFFICER, needs_reason=True),
    transition(Act.DISMISS, S.OPEN, S.DISMISSED, OFFICER, needs_reason=True),
    transition(Act.WITHDRAW, S.OPEN, S.WITHDRAWN, OFFICER, needs_reason=True),
    noun="争议",
)
TABLES: dict[str, Workflow] = {
    Kind.MILESTONE: DUTY_TABLE,
    Kind.REPORT: DUTY_TABLE,
    Kind.INSPECTION: INSPECTION_TABLE,
    Kind.RENEWAL: RENEWAL_TABLE,
    Kind.COMPLAINT: DISPUTE_TABLE,
    Kind.RECONSIDERATION: DISPUTE_TABLE,
    Kind.SUIT: DISPUTE_TABLE,
}


def acts_for(kind: str, state: str, party: str) -> list[Act]:
    """What the table of a kind lets a party do in a state."""
    return [Act(row.action) for row in TABLES[kind] if state in row.sources and party in row.parties]
