"""The table of a draft's transitions. Who may do which is in `policies.drafting.permissions`."""

from policies.drafting.enums import EDITABLE, DraftAction, DraftState
from portal.core.workflow import Workflow, transition

WORKFLOW = Workflow(
    transition(DraftAction.PROPOSE, EDITABLE, DraftState.PROPOSED),
    transition(DraftAction.TAKE_BACK, DraftState.PROPOSED, DraftState.DRAFTING),
    transition(DraftAction.RETURN, DraftState.PROPOSED, DraftState.RETURNED, needs_reason=True),
    transition(DraftAction.PUBLISH, DraftState.PROPOSED, DraftState.PUBLISHED),
    transition(DraftAction.WITHDRAW, EDITABLE | {DraftState.PROPOSED}, DraftState.WITHDRAWN),
    noun="拟订",
)
