"""What the claim page shows of a claim's desk: who has it, and what this person may do about that."""

from collections.abc import Mapping
from typing import Any

from applications.claims.models import Claim
from portal.accounts.enums import SEPARATE_DUTIES
from portal.accounts.models import User
from portal.accounts.persons import same_person
from portal.core import clock
from portal.core.actor import ActorContext
from review.assignments.forms import DeskForm, MoveForm, RecuseForm, SuspendForm
from review.assignments.models import Assignment, Suspension
from review.assignments.selectors.candidates import Candidates
from review.assignments.selectors.desks import (
    desk_of,
    desk_state,
    pause_of,
    place_of,
    principals_of,
    supervises,
    works_on,
)
from review.assignments.services.suspensions import latest_day, may_resume


def desk_panel(claim: Claim, user: User, *, sent: DeskForm | None = None) -> Mapping[str, Any]:
    """What `assignments/_desk.html` shows of a claim read by `with_desk`; `sent` is a form that was refused."""
    desk, pause, state = desk_of(claim), pause_of(claim), desk_state(claim, user)
    place, works, leads = place_of(claim), works_on(user, claim), supervises(user, claim)
    is_theirs = desk is not None and (
        same_person(user, desk.officer_id) or desk.officer_id in principals_of(user, on=clock.today())
    )
    forms: dict[str, DeskForm] = {}
    if place and (leads or is_theirs):
        officers = [one for one in Candidates([claim]).of(claim) if desk is None or one.pk != desk.officer_id]
        forms["move"] = MoveForm(officers=officers)
    if place and not pause and (leads or (works and not state.problem)):
        forms["suspend"] = SuspendForm(initial={"expected_on": latest_day(clock.today())})
    if user.roles & SEPARATE_DUTIES:
        forms["recuse"] = RecuseForm()
    if sent is not None:
        forms[sent.deed] = sent
    act = ActorContext(user=user, at=clock.now())
    return {
        "claim": claim,
        "desk": desk,
        "pause": pause,
        "principal": state.principal,
        "is_theirs": is_theirs,
        "may_take": bool(place and works and desk is None and not pause),
        "may_give_back": desk is not None and (is_theirs or leads),
        "may_resume": pause is not None and may_resume(pause, claim, act=act),
        "forms": forms,
        "sent": sent,
        "earlier": Assignment.objects.filter(claim=claim).exclude(ended_at=None).select_related("officer")[:20],
        "rests": Suspension.objects.filter(claim=claim).exclude(resumed_at=None).select_related("placed_by"),
    }
