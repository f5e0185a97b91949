"""The jobs that follow a decision. Each may run any number of times, and be killed anywhere."""

from django.utils import timezone

from portal.core.actor import ActorContext
from review.notices.models import NoticeKind
from review.notices.services import issue_notice, print_notice


def issue_grant(claim_id: int) -> None:
    """After approval: award with its split, number, PDF, message."""
    _issue(claim_id, NoticeKind.GRANT)


def issue_refusal(claim_id: int) -> None:
    """After a refusal: number, PDF, message."""
    _issue(claim_id, NoticeKind.REFUSAL)


def issue_recognition(claim_id: int) -> None:
    """After a title was approved that brings no money: number, PDF, message."""
    _issue(claim_id, NoticeKind.RECOGNITION)


def _issue(claim_id: int, kind: NoticeKind) -> None:
    act = ActorContext(user=None, at=timezone.now())
    notice = issue_notice(claim_id, kind=kind, act=act)
    print_notice(notice.pk, act=act)
