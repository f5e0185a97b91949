"""The table of a recovery's transitions: action → where from, where to, by whom."""

from portal.accounts.enums import Role
from portal.core.workflow import Workflow, back, transition
from review.recoveries.enums import RecoveryAction as A
from review.recoveries.enums import RecoveryState as S

APPLICANT = "applicant"
OFFICERS = (Role.CITY_OFFICER, Role.FINANCE, Role.DECISION_MAKER)
_PAYING = frozenset({S.SERVED, S.REPAYING})

RECOVERIES = Workflow(
    transition(A.HEAR, S.PROPOSED, S.HEARING, *OFFICERS),
    transition(A.STATE, S.HEARING, S.HEARING, APPLICANT),
    transition(A.DECIDE, S.HEARING, S.DECIDED, Role.DECISION_MAKER, needs_reason=True),
    transition(A.DISMISS, {S.PROPOSED, S.HEARING}, S.DISMISSED, Role.DECISION_MAKER, needs_reason=True),
    transition(A.SERVE, S.DECIDED, S.SERVED, *OFFICERS),
    transition(A.PLAN, _PAYING, S.REPAYING, *OFFICERS),
    back(A.RECEIVE, {S.SERVED: S.REPAYING, S.REPAYING: S.REPAYING, S.ENFORCED: S.ENFORCED}, Role.FINANCE),
    transition(A.SETTLE, {S.DECIDED, S.REPAYING, S.ENFORCED}, S.SETTLED),
    transition(A.ENFORCE, _PAYING, S.ENFORCED, *OFFICERS, needs_reason=True),
    transition(A.ASK_WAIVER, _PAYING | {S.ENFORCED}, S.WAIVER_ASKED, *OFFICERS, needs_reason=True),
    transition(A.GRANT_WAIVER, S.WAIVER_ASKED, S.WAIVED, Role.DECISION_MAKER, needs_reason=True),
    transition(A.REFUSE_WAIVER, S.WAIVER_ASKED, S.REPAYING, Role.DECISION_MAKER, needs_reason=True),
    noun="追缴",
)
