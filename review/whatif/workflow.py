"""The table of a simulation's transitions. A worker that was killed starts a running one again."""

from portal.core.workflow import Workflow, into
from review.whatif.enums import OPEN_STATES, RunState

WORKFLOW = Workflow(
    into(RunState.RUNNING, *OPEN_STATES),
    into(RunState.DONE, RunState.RUNNING),
    into(RunState.FAILED, RunState.RUNNING),
    into(RunState.CANCELLED, *OPEN_STATES),
    noun="模拟",
)
