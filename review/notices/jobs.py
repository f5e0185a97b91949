"""The jobs that issue and print notices. Each may run any number of times, and be killed anywhere."""

from collections.abc import Callable
from functools import partial

from portal.core import clock
from portal.core.actor import ActorContext
from review.notices.compose import NoticeNotDue
from review.notices.enums import NoticeKind
from review.notices.kinds import FORMS
from review.notices.services import issue_notice, print_notice


def handler_of(kind: NoticeKind) -> Callable[..., None]:
    """What does a kind's jobs: award with its split for a grant, number, PDF, message."""
    return partial(issue_and_print, kind)


def issue_and_print(kind: NoticeKind, claim_id: int, occasion: int = 0) -> None:
    """Issue a claim's notice and print it, unless that is done, or its occasion came undone before."""
    act = ActorContext(user=None, at=clock.now())
    try:
        notice = issue_notice(claim_id, kind=kind, occasion=occasion, act=act)
    except NoticeNotDue:
        if FORMS[kind].lapses:
            return
        raise
    print_notice(notice.pk, act=act)
