"""The tables of transitions: of an organisation's verification, and of a contest for it."""

from portal.accounts.enums import Verification
from portal.accounts.enums import VerificationAction as Do
from portal.core.workflow import Workflow, transition
from portal.ownership.enums import ContestAction as C
from portal.ownership.enums import ContestState as S

VERIFICATION = Workflow(
    transition(
        Do.HAND_IN, {Verification.UNVERIFIED, Verification.REJECTED, Verification.SUBMITTED}, Verification.SUBMITTED
    ),
    transition(Do.CONFIRM, Verification.SUBMITTED, Verification.VERIFIED),
    transition(Do.REJECT, Verification.SUBMITTED, Verification.REJECTED, needs_reason=True),
    # A provider vouches for it, or a contest ended after its papers were checked.
    transition(Do.VOUCH, set(Verification), Verification.VERIFIED),
    # A verified organisation took a name that nobody has checked.
    transition(Do.RENAME, set(Verification) - {Verification.UNVERIFIED}, Verification.UNVERIFIED),
    noun="单位",
    field="verification",
)
CONTESTS = Workflow(
    transition(C.ANSWER, {S.FILED, S.ANSWERED}, S.ANSWERED, needs_reason=True),
    transition(C.PROPOSE, {S.FILED, S.ANSWERED}, S.PROPOSED, needs_reason=True),
    transition(C.RETURN, S.PROPOSED, S.ANSWERED, needs_reason=True),
    # The result that was proposed names the next state.
    transition(C.CONFIRM, S.PROPOSED, None),
    transition(C.WITHDRAW, {S.FILED, S.ANSWERED}, S.WITHDRAWN),
    noun="登记异议",
)
