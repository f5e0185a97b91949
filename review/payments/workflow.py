"""The tables of transitions of batches, of the bank's files and of disbursements. Pure."""

from portal.core.workflow import Workflow, into, transition
from review.payments.enums import UNSENT, Deed
from review.payments.enums import BatchState as B
from review.payments.enums import FileState as F
from review.payments.enums import HandlingState as H
from review.payments.enums import LineState as S

_SENT = (B.RELEASED, B.PARTLY_SETTLED, B.SETTLED)

BATCHES = Workflow(
    into(B.PREPARED, B.OPEN),
    into(B.RELEASED, B.PREPARED, *_SENT),
    into(B.PARTLY_SETTLED, *_SENT),
    into(B.SETTLED, *_SENT),
    into(B.DISSOLVED, B.OPEN, B.PREPARED),
    noun="批次",
)

FILES = Workflow(into(F.DONE, F.READING), into(F.REFUSED, F.READING), noun="回盘文件")

HANDLINGS = Workflow(into(H.ASSIGNED, H.PROPOSED), into(H.DROPPED, H.PROPOSED, H.SET_ASIDE), noun="回盘行办理")

LINES = Workflow(
    transition(Deed.MEET_MILESTONE, S.HELD, S.WAITING),
    transition(Deed.CONFIRM, S.NEEDS_CORRECTION, S.WAITING),
    transition(Deed.PREPARE, S.WAITING, S.PREPARED),
    transition(Deed.DISSOLVE, (S.WAITING, S.PREPARED), S.WAITING),
    transition(Deed.RELEASE, S.PREPARED, S.IN_TRANSIT),
    transition(Deed.SETTLE, S.IN_TRANSIT, S.PAID),
    transition(Deed.FAIL, S.IN_TRANSIT, S.FAILED, needs_reason=True),
    transition(Deed.RETURN, S.PAID, S.RETURNED, needs_reason=True),
    transition(Deed.ASK_REVERSAL, S.PAID, S.REVERSAL_ASKED, needs_reason=True),
    transition(Deed.DECLINE_REVERSAL, S.REVERSAL_ASKED, S.PAID),
    transition(Deed.REVERSE, S.REVERSAL_ASKED, S.REVERSED, needs_reason=True),
    transition(Deed.CANCEL, UNSENT, S.CANCELLED, needs_reason=True),
    noun="支付",
)
