"""The table of a mandate's transitions, with the side whose each action is."""

from applications.mandates.enums import MandateAction as Do
from applications.mandates.enums import MandateState as S
from applications.mandates.enums import Side
from portal.core.workflow import Workflow, transition

# What the principal's owner alone may do; any other member of the side may do the rest.
OWNERS_ALONE = frozenset({Do.CONFIRM, Do.DECLINE, Do.REVOKE})
MANDATES = Workflow(
    transition(Do.HAND_IN, S.ASKED, S.ASKED, Side.PRINCIPAL, Side.AGENCY),
    transition(Do.CONFIRM, S.ASKED, S.CONFIRMED, Side.PRINCIPAL),
    transition(Do.DECLINE, S.ASKED, S.DECLINED, Side.PRINCIPAL),
    # By the side that asked.
    transition(Do.CANCEL, S.ASKED, S.CANCELLED, Side.PRINCIPAL, Side.AGENCY),
    transition(Do.REVOKE, S.CONFIRMED, S.REVOKED, Side.PRINCIPAL),
    transition(Do.RETURN, S.CONFIRMED, S.RETURNED, Side.AGENCY),
    noun="委托",
)
