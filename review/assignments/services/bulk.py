"""Assign many claims by hand: first who would get what, then each, and the whole taken back until somebody acted."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from applications.claims.models import Claim
from applications.claims.services.transitions import lock_claim
from portal.accounts.models import User
from portal.accounts.persons import same_person
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from review.assignments.enums import Ending, Means
from review.assignments.models import Assignment
from review.assignments.selectors.candidates import Candidates, Member
from review.assignments.selectors.desks import supervises
from review.assignments.services.holding import end_assignment, end_lapsed, give_to, notify_assigned

MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Planned:
    """Whom a claim would go to, or why it would stay as it is."""

    claim: Claim
    officer: User | None
    problem: str = ""


def plan_assignments(
    claims: Sequence[Claim], *, way: str, officers: Sequence[User] = (), act: ActorContext
) -> list[Planned]:
    """Who would get each claim; nothing is written. `officers` narrows the choice, none given means all of the stage.

    Raises RefusedError above MOST_AT_ONCE claims.
    """
    if len(claims) > MOST_AT_ONCE:
        raise RefusedError(f"一次最多分派 {MOST_AT_ONCE} 件，请缩小范围。")
    candidates = Candidates(claims, on=timezone.localdate(act.at))
    members = [Member(user) for user in officers]
    open_rows = Assignment.objects.open().filter(claim__in=claims)
    held = {(one.claim_id, one.status): one.officer_id for one in open_rows}
    planned: list[Planned] = []
    last: int | None = None
    for claim in claims:
        if not supervises(act.user, claim):
            planned.append(Planned(claim, None, "不在您负责的范围内"))
            continue
        officer, problem = candidates.choose(claim, way=way, members=members, last=last)
        if officer is not None and held.get((claim.pk, claim.status)) == officer.pk:
            planned.append(Planned(claim, None, f"已由{officer.name}承办"))
            continue
        last = officer.pk if officer else last
        planned.append(Planned(claim, officer, problem))
    return planned


def assign_claims(planned: Sequence[Planned], *, act: ActorContext, batch: UUID | None = None) -> list[Planned]:
    """Give each claim of a plan to its officer, each in a transaction of its own; what was refused says why.

    The same batch again changes nothing.
    """
    batch = batch or uuid4()
    outcomes: list[Planned] = []
    given: dict[User, list[Assignment]] = {}
    for one in planned:
        if one.officer is None:
            outcomes.append(one)
            continue
        try:
            made = _assign(one.claim.pk, one.officer, batch=batch, act=act)
        except RefusedError as error:
            outcomes.append(Planned(one.claim, None, str(error)))
            continue
        if made is not None:
            given.setdefault(one.officer, []).append(made)
        outcomes.append(one)
    for officer, rows in given.items():
        notify_assigned(rows, officer, act=act)
    return outcomes


def undo_assignments(batch: UUID, *, act: ActorContext) -> tuple[int, int]:
    """Take back what a batch assigned and nobody acted on; returns how many were taken back, and how many were not.

    Only whoever assigned takes it back. Raises PermissionDenied for anybody else.
    """
    undone = 0
    rows = list(Assignment.objects.filter(batch=batch).select_related("claim"))
    if not rows or not same_person(act.user, rows[0].assigned_by_id):
        raise PermissionDenied("只能撤销本人所作的分派。")
    for one in rows:
        with transaction.atomic():
            claim = lock_claim(one.claim_id)
            fresh = Assignment.objects.get(pk=one.pk)
            if fresh.ended_at is None and fresh.status == claim.status:
                end_assignment(fresh, Ending.UNDONE, act=act)
                undone += 1
    return undone, len(rows) - undone


def _assign(claim_id: int, officer: User, *, batch: UUID, act: ActorContext) -> Assignment | None:
    """Give one claim to an officer; None where this batch gave it already."""
    with transaction.atomic():
        claim = lock_claim(claim_id)
        if Assignment.objects.filter(claim=claim, batch=batch).exists():
            return None
        if not supervises(act.user, claim):
            raise RefusedError("不在您负责的范围内")
        if problem := Candidates([claim], on=timezone.localdate(act.at)).problem(officer, claim):
            raise RefusedError(problem)
        end_lapsed(claim, act=act)
        for standing in Assignment.objects.open().filter(claim=claim, status=claim.status):
            end_assignment(standing, Ending.MOVED, act=act)
        return give_to(claim, officer, means=Means.HAND, batch=batch, act=act)
