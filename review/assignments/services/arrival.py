"""What follows when a claim moves: its holder is done with it, and the rule of its next stage says who has it."""

import logging

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from applications.claims.enums import Action
from applications.claims.models import Claim, ClaimEvent
from portal.accounts.enums import Role
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.statements import A_KEY, Lookup
from portal.recusal.models import Recusal
from portal.recusal.services import find_recusals
from review.assignments.enums import DESKS, Ending, Means, Way
from review.assignments.models import Assignment, Rule, Suspension
from review.assignments.selectors.candidates import Candidates, Member
from review.assignments.selectors.desks import place_of
from review.assignments.services.holding import end_assignment, give_to, notify_assigned

log = logging.getLogger(__name__)


def follow_step(claim: Claim, event: ClaimEvent) -> None:
    """In the transaction of a step: find recusals of a filed claim, end what held at the stage, assign at the next."""
    if event.action == Action.SUBMIT:
        find_recusals(claim.applicant, act=ActorContext(user=None, at=event.at))
    if event.from_status == event.to_status:
        return
    if event.from_status in DESKS:
        ending = Ending.CONCLUDED if event.role in Role.values and event.action != Action.RECALL else Ending.LEFT
        leaving = Assignment.objects.open().filter(claim=claim, status=event.from_status)
        leaving.update(ended_at=event.at, ended_by=event.actor, ending=ending)
        Suspension.objects.open().filter(claim=claim).update(resumed_at=event.at, resumed_by=event.actor)
    if event.to_status in DESKS:
        assign_by_rule(claim, act=ActorContext(user=None, at=event.at))


# Of the item's own rule and the general one the item's own.
_rules = Lookup(
    lambda region, status, item: Rule.objects.filter(
        Q(item_id=item) | Q(item=None), region_id=region, status=status, is_active=True
    ).order_by(F("item").asc(nulls_last=True), "pk")[:1],
    *("a region", "a status", A_KEY),
)


def assign_by_rule(claim: Claim, *, act: ActorContext) -> Assignment | None:
    """Give a claim that has arrived to whom the rule of its stage says; None where there is no rule.

    Never fails the step that brought it: what cannot be assigned is everybody's, with the reason on record.
    """
    place = place_of(claim)
    found = _rules(place[1], claim.status, claim.item_id) if place else []
    if not found:
        return None
    try:
        with transaction.atomic():
            return _assign(claim, found[0].pk, act=act)
    except Exception as error:
        log.exception("claim %s could not be assigned", claim.pk)
        words = str(error) if isinstance(error, RefusedError) else "分派时出错，请联系系统管理员"
        return _leave_to_all(claim, found[0], words, act=act)


def release_recused(recusal: Recusal, act: ActorContext) -> None:
    """Take the claims of an applicant from an officer who is recused from it."""
    held = Assignment.objects.open().filter(claim__applicant=recusal.applicant_id, officer__in=recusal.user.account_ids)
    for one in held.select_related("claim"):
        end_assignment(one, Ending.RECUSED, act=act)


def _assign(claim: Claim, rule_id: int, *, act: ActorContext) -> Assignment:
    # Locked, so that turns are taken one after the other.
    rule = Rule.objects.select_for_update(of=("self",)).get(pk=rule_id)
    members = [Member(one.officer, one.weight) for one in rule.members.select_related("officer")]
    last = None
    if rule.way == Way.ROUND_ROBIN:
        last = Assignment.objects.filter(rule=rule).exclude(officer=None).values_list("officer_id", flat=True).first()
    candidates = Candidates([claim], on=timezone.localdate(act.at))
    officer, problem = candidates.choose(claim, way=rule.way, members=members, last=last)
    if officer is None:
        return _leave_to_all(claim, rule, problem, act=act)
    made = give_to(claim, officer, means=Means.RULE, rule=rule, act=act)
    notify_assigned([made], officer, act=act)
    return made


def _leave_to_all(claim: Claim, rule: Rule, problem: str, *, act: ActorContext) -> Assignment:
    return Assignment.objects.create(
        claim=claim,
        status=claim.status,
        means=Means.RULE,
        rule=rule,
        since=act.at,
        ended_at=act.at,
        ending=Ending.UNASSIGNED,
        note=problem[:200],
    )
