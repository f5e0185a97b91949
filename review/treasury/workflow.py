"""The table of transitions of what is proposed for a line's year end. Pure."""

from portal.core.workflow import Workflow, into
from review.treasury.enums import YearEndState

YEAR_ENDS = Workflow(
    into(YearEndState.DONE, YearEndState.PROPOSED),
    into(YearEndState.DROPPED, YearEndState.PROPOSED),
    noun="年末处理",
)
