"""The table of a filing's transitions."""

from portal.core.workflow import Workflow, into
from review.objections.enums import FilingState

FILINGS = Workflow(
    into(FilingState.ACCEPTED, FilingState.WAITING), into(FilingState.DECLINED, FilingState.WAITING), noun="异议"
)
