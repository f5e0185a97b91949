"""The table of an objection's transitions."""

from portal.core.workflow import Workflow, into
from review.decisions.enums import ObjectionState

OBJECTIONS = Workflow(
    *(into(state, ObjectionState.OPEN) for state in ObjectionState if state != ObjectionState.OPEN), noun="异议"
)
