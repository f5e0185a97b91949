"""Take a claim, give it back, move it to another officer; and what every act on a claim asks of its desk."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from applications.claims.models import Claim
from applications.claims.services.transitions import lock_claim
from portal.accounts.models import User
from portal.accounts.persons import same_person
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.statements import A_KEY, A_MOMENT, Lookup
from portal.notifications.services import notify_users
from portal.recusal.selectors import is_recused
from review.assignments.enums import Ending, Means
from review.assignments.models import Assignment, Rule
from review.assignments.selectors.candidates import Candidates
from review.assignments.selectors.desks import (
    deputies_of,
    desk_state,
    principals_of,
    supervises,
    with_desk,
    works_on,
)

_on_desk = Lookup(lambda pk, at: with_desk(Claim.objects.filter(pk=pk), at=at), A_KEY, A_MOMENT)


def check_desk(claim: Claim, *, act: ActorContext) -> ActorContext:
    """Who acts on a locked claim, on behalf of its absent holder where the person stands in for them.

    Raises RefusedError where another officer has it, the work on it rests, or the person is recused.
    """
    if act.user is None:
        return act
    refuse_recused(claim, act=act)
    state = desk_state(_on_desk(claim.pk, act.at)[0], act.user, at=act.at)
    if state.problem:
        raise RefusedError(state.problem)
    if state.principal is not None and is_recused(state.principal, claim.applicant_id, on=timezone.localdate(act.at)):
        raise RefusedError(f"{state.principal.name}应当回避该申报单位，不能代其办理，请由负责人改派。")
    return replace(act, on_behalf_of=state.principal)


def refuse_recused(claim: Claim, *, act: ActorContext) -> None:
    """Raise RefusedError where the person is recused from the claim's applicant, as the database has it now."""
    if act.user and is_recused(act.user, claim.applicant_id, on=timezone.localdate(act.at)):
        raise RefusedError("您与该申报存在应当回避的情形，请由其他人员办理。")


def take_claim(claim_id: int, *, act: ActorContext) -> Assignment:
    """Take a claim at its stage; taking what one has begins its time anew.

    Raises RefusedError where another has it, the work rests, or the person may not conclude on it; PermissionDenied
    for whoever holds no duty at its stage.
    """
    with transaction.atomic():
        claim = lock_claim(claim_id)
        if act.user is None or not works_on(act.user, claim):
            raise PermissionDenied("该申报不在您的办理环节。")
        end_lapsed(claim, act=act)
        check_desk(claim, act=act)
        standing = Assignment.objects.open().filter(claim=claim, status=claim.status).first()
        if standing is not None:
            if standing.lapses_at and same_person(act.user, standing.officer_id):
                standing.lapses_at = _lapses_at(act)
                standing.save(update_fields=["lapses_at"])
            return standing
        candidates = Candidates([claim], on=timezone.localdate(act.at))
        # Whoever is here works, whatever absence was entered.
        candidates.absences.clear()
        if problem := candidates.problem(act.user, claim):
            raise RefusedError(f"{problem}，请由其他人员办理。")
        return give_to(claim, act.user, means=Means.TAKEN, act=act)


def give_back(claim_id: int, *, act: ActorContext) -> None:
    """Give a claim back to all officers of its stage: its holder, who stands in for them, or a supervisor.

    Raises RefusedError where nobody has it, PermissionDenied for anybody else.
    """
    with transaction.atomic():
        claim = lock_claim(claim_id)
        standing = _standing(claim)
        if not (_is_theirs(standing, act) or supervises(act.user, claim)):
            raise PermissionDenied("只能由承办人或负责人交回。")
        end_assignment(standing, Ending.GIVEN_BACK, act=act)


def leave_taken(claim_id: int, *, act: ActorContext) -> None:
    """Leave a claim that the person took to all again; nothing where they did not take it."""
    with transaction.atomic():
        claim = lock_claim(claim_id)
        standing = Assignment.objects.open().filter(claim=claim, status=claim.status, means=Means.TAKEN).first()
        if standing is not None and same_person(act.user, standing.officer_id):
            end_assignment(standing, Ending.GIVEN_BACK, act=act)


def move_claim(claim_id: int, officer: User, *, act: ActorContext, note: str = "") -> Assignment:
    """Give a claim to another officer of its stage, as a supervisor or as its holder.

    Raises RefusedError where the officer may not have it, PermissionDenied for anybody else.
    """
    with transaction.atomic():
        claim = lock_claim(claim_id)
        end_lapsed(claim, act=act)
        standing = Assignment.objects.open().filter(claim=claim, status=claim.status).first()
        if not supervises(act.user, claim) and not (standing and _is_theirs(standing, act)):
            raise PermissionDenied("只能由承办人或负责人改派。")
        if problem := Candidates([claim], on=timezone.localdate(act.at)).problem(officer, claim):
            raise RefusedError(f"{problem}，请另选人员。", field="officer")
        if standing is not None:
            if standing.officer_id == officer.pk:
                raise RefusedError(f"该申报已由{officer.name}承办。", field="officer")
            end_assignment(standing, Ending.MOVED, act=act)
        made = give_to(claim, officer, means=Means.HAND, act=act, note=note)
        notify_assigned([made], officer, act=act)
    return made


def give_to(
    claim: Claim,
    officer: User,
    *,
    means: Means,
    act: ActorContext,
    rule: Rule | None = None,
    batch: UUID | None = None,
    note: str = "",
) -> Assignment:
    """Write that an officer has a locked claim from now on. Raises RefusedError where another was quicker."""
    try:
        with transaction.atomic():
            made = Assignment.objects.create(
                claim=claim,
                status=claim.status,
                officer=officer,
                means=means,
                rule=rule,
                batch=batch,
                assigned_by=None if means == Means.TAKEN else act.user,
                since=act.at,
                lapses_at=_lapses_at(act) if means == Means.TAKEN else None,
                note=note.strip()[:200],
            )
    except IntegrityError as error:
        raise RefusedError("该申报刚刚由他人领取，请办理下一件。") from error
    record_audit(
        act,
        action="assignments.assigned",
        target=claim,
        region_code=claim.region_id,
        after={"officer": officer.pk, "means": means, "status": claim.status, "note": made.note},
    )
    return made


def end_assignment(one: Assignment, ending: Ending, *, act: ActorContext, is_recorded: bool = True) -> None:
    """End an assignment whose claim is locked; `is_recorded` where no other record of the act says so."""
    one.ended_at, one.ended_by, one.ending = act.at, act.user, ending
    one.save(update_fields=["ended_at", "ended_by", "ending"])
    if is_recorded:
        record_audit(
            act,
            action="assignments.ended",
            target=one.claim,
            region_code=one.claim.region_id,
            after={"officer": one.officer_id, "ending": ending, "status": one.status},
        )


def end_lapsed(claim: Claim, *, act: ActorContext) -> None:
    """End the assignment of a locked claim whose time is over."""
    for one in Assignment.objects.open().filter(claim=claim, lapses_at__lte=act.at):
        end_assignment(one, Ending.LAPSED, act=act)


def notify_assigned(made: list[Assignment], officer: User, *, act: ActorContext) -> None:
    """Notify an officer, and who stands in for them, of claims that came to them."""
    first = made[0]
    which = f"申报 {first.claim.number}" if len(made) == 1 else f"{len(made)} 件申报"
    url = reverse("review:claim", args=[first.claim.key]) if len(made) == 1 else reverse("review:queue")
    notify_users(
        deputies_of([officer], on=timezone.localdate(act.at)),
        "assignments.assigned",
        key=f"assigned:{first.pk}",
        url=url,
        region_code=first.claim.region_id,
        which=which,
        person=officer.name,
        by=act.actor_name,
        note=first.note,
    )


def _standing(claim: Claim) -> Assignment:
    standing = Assignment.objects.open().filter(claim=claim, status=claim.status).first()
    if standing is None:
        raise RefusedError("该申报目前无人承办。")
    return standing


def _is_theirs(standing: Assignment, act: ActorContext) -> bool:
    """Whether the person has the claim, or stands in for who has it."""
    if act.user is None:
        return False
    if same_person(act.user, standing.officer_id):
        return True
    return standing.officer_id in principals_of(act.user, on=timezone.localdate(act.at))


def _lapses_at(act: ActorContext) -> datetime | None:
    hours = settings.CLAIM_TAKEN_HOURS
    return act.at + timedelta(hours=hours) if hours else None
