"""The table of an objection's transitions."""

from portal.core.workflow import Workflow, into
from review.decisions.enums import ObjectionState

OBJECTIONS = Workflow(
    into(ObjectionState.DISMISSED, ObjectionState.OPEN), into(ObjectionState.UPHELD, ObjectionState.OPEN), noun="异议"
)
