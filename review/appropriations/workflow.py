"""The tables of transitions of allocations and of appropriations."""

from portal.core.workflow import Workflow, transition
from review.appropriations.enums import Action, AllocationState, AppropriationState

ALLOCATION = Workflow(
    transition(Action.COMPUTE, AllocationState.DRAFT, AllocationState.COMPUTED),
    transition(Action.CHECK, AllocationState.COMPUTED, AllocationState.CHECKED),
    transition(
        Action.RETURN,
        {AllocationState.COMPUTED, AllocationState.CHECKED},
        AllocationState.DRAFT,
        needs_reason=True,
    ),
    transition(Action.ISSUE, AllocationState.CHECKED, AllocationState.ISSUED),
    noun="分配方案",
)
APPROPRIATION = Workflow(
    transition(Action.CHECK, AppropriationState.DRAFT, AppropriationState.CHECKED),
    transition(Action.RETURN, AppropriationState.CHECKED, AppropriationState.DRAFT, needs_reason=True),
    transition(Action.ISSUE, AppropriationState.CHECKED, AppropriationState.ISSUED),
    transition(Action.RECALL, AppropriationState.ISSUED, AppropriationState.RECALLED, needs_reason=True),
    noun="下达文件",
)
