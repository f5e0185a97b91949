"""The table of a call's transitions: from its publication on it can only be widened, ended early, or withdrawn."""

from policies.calls.enums import CallState, ChangeKind
from portal.core.workflow import Workflow, transition

WORKFLOW = Workflow(
    transition(ChangeKind.PUBLISHED, CallState.DRAFTED, CallState.PUBLISHED),
    transition(ChangeKind.EXTENDED, CallState.PUBLISHED, CallState.PUBLISHED, needs_reason=True),
    transition(ChangeKind.CLOSED, CallState.PUBLISHED, CallState.PUBLISHED, needs_reason=True),
    transition(ChangeKind.AMENDED, CallState.PUBLISHED, CallState.PUBLISHED, needs_reason=True),
    transition(ChangeKind.WITHDRAWN, CallState.PUBLISHED, CallState.WITHDRAWN, needs_reason=True),
    noun="通知",
)
