"""The tables of transitions of what is proposed for a line's year end, and of closed months. Pure."""

from portal.core.workflow import Workflow, into
from review.treasury.enums import MonthState, YearEndState

YEAR_ENDS = Workflow(
    into(YearEndState.DONE, YearEndState.PROPOSED),
    into(YearEndState.DROPPED, YearEndState.PROPOSED),
    noun="年末处理",
)

MONTHS = Workflow(
    into(MonthState.REOPEN_ASKED, MonthState.CLOSED),
    into(MonthState.OPENED, MonthState.REOPEN_ASKED),
    into(MonthState.CLOSED, MonthState.REOPEN_ASKED),
    noun="月份",
)
