"""The table of a bulletin's transitions: written by one person, released or refused by another, sent by a job."""

from portal.core.workflow import Workflow, transition
from review.bulletins.enums import BulletinAction, BulletinState

BULLETINS = Workflow(
    transition(BulletinAction.RELEASE, BulletinState.PROPOSED, BulletinState.SENDING),
    transition(BulletinAction.REFUSE, BulletinState.PROPOSED, BulletinState.REFUSED, needs_reason=True),
    transition(BulletinAction.FINISH, BulletinState.SENDING, BulletinState.SENT),
    noun="群发消息",
)
