"""The table of a drawn conclusion's transitions: it is looked at once."""

from portal.core.workflow import Workflow, into
from review.spotchecks.enums import CaseState as S

CASES = Workflow(into(S.AGREED, S.OPEN), into(S.DIFFERED, S.OPEN), noun="抽查件")
