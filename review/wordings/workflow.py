"""The table of a wording's transitions: proposed by one person, released or refused by another."""

from portal.core.workflow import Workflow, into
from review.wordings.enums import WordingState

WORKFLOW = Workflow(
    into(WordingState.RELEASED, WordingState.PROPOSED), into(WordingState.REFUSED, WordingState.PROPOSED), noun="文字"
)
