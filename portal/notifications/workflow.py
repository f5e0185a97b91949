"""The table of an outgoing message's transitions. The job sends and fails; an administrator retries and gives up."""

from portal.core.workflow import Workflow, transition
from portal.notifications.enums import OutboxAction, OutboxState

_OPEN = (OutboxState.WAITING, OutboxState.FAILED)
OUTBOX = Workflow(
    transition(OutboxAction.SEND, _OPEN, OutboxState.SENT),
    transition(OutboxAction.FAIL, _OPEN, OutboxState.FAILED),
    transition(OutboxAction.RETRY, OutboxState.FAILED, OutboxState.WAITING),
    transition(OutboxAction.GIVE_UP, _OPEN, OutboxState.GIVEN_UP, needs_reason=True),
    noun="消息",
)
