"""The table of an exception's transitions: asked for once, approved or refused once."""

from portal.accounts.enums import OverrideState as S
from portal.core.workflow import Workflow, into

OVERRIDES = Workflow(into(S.APPROVED, S.PENDING), into(S.REFUSED, S.PENDING), noun="例外申请")
