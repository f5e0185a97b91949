"""The kinds of notices: each with the word of its number, the step it tells of, and how its content is composed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from applications.claims.enums import Action, ClaimStatus
from applications.claims.models import Claim, ClaimEvent
from portal.accounts.models import Region
from review.notices.compose import (
    Heading,
    NoticeNotDue,
    compose_abandoned,
    compose_acceptance,
    compose_correction,
    compose_declined,
    compose_grant,
    compose_receipt,
    compose_recognition,
    compose_refusal,
    issuing_region,
)
from review.notices.enums import NoticeKind
from review.notices.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a notice is about: the record that its content comes from, its day (None: today), and its office."""

    record: Any
    at: datetime | None
    region: Region


@dataclass(frozen=True, slots=True)
class NoticeForm:
    """What a kind of notice is.

    `series` is the word of its number before 〔year〕; `job` the background job that issues and prints it; `actions`
    the steps it tells of, the last of which gives its day; `statuses` in which it may be made, None for any;
    `announced` whether a message of its own says that it is made, where none of the step names it; `needs_step` whether
    its content comes from the step; `is_award` whether it grants a sum. A kind that is about no step of a claim has
    `find`, which reads the record that an occasion's key names; `lapses` says that this may have come undone before
    the notice is made, which is then none.
    """

    series: str
    job: str
    actions: frozenset[Action]
    compose: Callable[[Claim, Heading, Any], Snapshot]
    statuses: frozenset[ClaimStatus] | None = None
    announced: bool = True
    needs_step: bool = True
    is_award: bool = False
    find: Callable[[Claim, int], Occasion] | None = None
    lapses: bool = False


# Kinds that answer the same question: once one of them is void, the next of either replaces it.
_ANSWERS = (
    frozenset({NoticeKind.ACCEPTANCE, NoticeKind.DECLINED}),
    frozenset({NoticeKind.GRANT, NoticeKind.REFUSAL, NoticeKind.RECOGNITION}),
)


def kinds_replaced_by(kind: NoticeKind) -> frozenset[NoticeKind]:
    """The kinds whose void notice a notice of this kind stands in for, itself among them."""
    return next((answers for answers in _ANSWERS if kind in answers), frozenset({kind}))


FORMS: dict[NoticeKind, NoticeForm] = {
    NoticeKind.RECEIPT: NoticeForm(
        "知收", "notices.issue_receipt", frozenset({Action.SUBMIT}), compose_receipt, announced=False
    ),
    NoticeKind.ACCEPTANCE: NoticeForm(
        "知受",
        "notices.issue_acceptance",
        frozenset({Action.ACCEPT, Action.DEEM_ACCEPTED}),
        compose_acceptance,
        announced=False,
    ),
    NoticeKind.DECLINED: NoticeForm(
        "知不受",
        "notices.issue_declined",
        frozenset({Action.DECLINE}),
        compose_declined,
        frozenset({ClaimStatus.NOT_ACCEPTED}),
        lapses=True,
    ),
    NoticeKind.CORRECTION: NoticeForm(
        "知补",
        "notices.issue_correction",
        frozenset({Action.REQUEST_CORRECTION}),
        compose_correction,
        announced=False,
    ),
    NoticeKind.ABANDONED: NoticeForm(
        "知弃",
        "notices.issue_abandoned",
        frozenset({Action.ABANDON}),
        compose_abandoned,
        frozenset({ClaimStatus.ABANDONED}),
    ),
    NoticeKind.GRANT: NoticeForm(
        "知资",
        "notices.issue_grant",
        frozenset({Action.APPROVE}),
        compose_grant,
        frozenset({ClaimStatus.APPROVED, ClaimStatus.PAID}),
        needs_step=False,
        is_award=True,
    ),
    NoticeKind.REFUSAL: NoticeForm(
        "知不支",
        "notices.issue_refusal",
        frozenset({Action.REJECT, Action.UPHOLD_OBJECTION}),
        compose_refusal,
        frozenset({ClaimStatus.REJECTED}),
        lapses=True,
    ),
    NoticeKind.RECOGNITION: NoticeForm(
        "知认",
        "notices.issue_recognition",
        frozenset({Action.RECOGNISE}),
        compose_recognition,
        frozenset({ClaimStatus.RECOGNISED}),
        needs_step=False,
    ),
}


def occasion_of(claim: Claim, kind: NoticeKind, key: int = 0) -> Occasion:
    """What a notice of this kind is about. Raises NoticeNotDue for a claim in whose state it is not made."""
    form = FORMS[kind]
    if form.find is not None:
        return form.find(claim, key)
    event = event_of_notice(claim, kind, key)
    return Occasion(event, event.at if event else None, issuing_region(claim, event))


def event_of_notice(claim: Claim, kind: NoticeKind, occasion: int = 0) -> ClaimEvent | None:
    """The step that a notice of this kind tells of: the named one, else the last; None where none is recorded.

    Raises NoticeNotDue for a claim in whose state this kind is not made.
    """
    form = FORMS[kind]
    events = claim.events.filter(action__in=form.actions)
    event = (events.filter(pk=occasion) if occasion else events).order_by("-pk").first()
    is_due = form.statuses is None or claim.status in form.statuses
    if not is_due or (event is None and form.needs_step):
        raise NoticeNotDue(f"申报 {claim.number} 现为“{claim.get_status_display()}”，不制作{kind.label}。")
    return event
