"""What happens beside the work itself: officers are away or recused, work rests, refusals are disputed."""

from __future__ import annotations

import random
from datetime import date, timedelta

from applications.claims.enums import ClaimStatus, Route
from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.recusal.enums import Ground
from portal.recusal.services import declare_recusal
from review.assignments.enums import SuspensionReason, Way
from review.assignments.models import Assignment
from review.assignments.services.absences import enter_absence
from review.assignments.services.rules import write_rule
from review.assignments.services.suspensions import resume_claim, suspend_claim
from review.followup.enums import REMEDIES, Act, Effect, FollowUpState, Kind
from review.followup.models import FollowUp
from review.followup.services.matters import Matter, Step, advance, begin_matter
from review.simulated_year.people import CITY
from review.simulated_year.world import Case, World

S = ClaimStatus
# In a hundred claims that a desk has, and in a hundred refusals before the year's last weeks.
_RESTS, _DISPUTED = 0.01, 0.05
_LAST_DISPUTES = (10, 15)
# Whose absence is entered, so that a deputy acts.
_WITH_DEPUTIES = (Role.DISTRICT_FIRST, Role.CITY_OFFICER)
# Absences of one week in so many are entered.
_LEAVES = 3
# One week in so many an officer of some district declares that they are tied to an applicant.
_RECUSALS = 6


def write_rules(world: World) -> None:
    """In the first district claims are assigned by turns; in the others whoever is free takes one."""
    district = world.city.districts[0]
    administrator = world.city.officials[Role.SYSTEM_ADMIN, CITY][0]
    by_turns = {"way": Way.ROUND_ROBIN, "weights": dict[int, int](), "is_active": True}
    if world.do(administrator, write_rule, district, status=S.DISTRICT_REVIEW, item=None, **by_turns).is_done:
        world.assigned.add((district.pk, S.DISTRICT_REVIEW))


def holder_of(claim: Claim, people: list[User]) -> User:
    """Who has a claim that was assigned: its officer, or who stands in for them; else whoever is there first."""
    held = Assignment.objects.open().filter(claim=claim, status=claim.status).values_list("officer_id", flat=True)
    return next((user for user in people if user.pk in set(held)), people[0])


def take_leave(world: World) -> None:
    """Enter this week's absences, with who stands in."""
    if world.week % _LEAVES:
        return
    for duty, region in list(world.city.officials):
        role = Role(duty)
        away = world.city.away(role, region, week=world.week)
        if role not in _WITH_DEPUTIES or away is None:
            continue
        deputy, last = world.city.present(role, region, week=world.week)[0], world.day + timedelta(days=4)
        world.do(away, enter_absence, away, deputy=deputy, starts_on=world.day, ends_on=last, note="年休假")


def declare_ties(world: World) -> None:
    """Now and then the first of a district's officers declares a tie; colleagues do the work from then on."""
    chance = world.chance("recusal", world.week)
    if chance.randrange(_RECUSALS):
        return
    district = chance.choice(world.city.districts)
    applicants = [one for one in world.city.applicants if one.region_id == district.pk]
    held = world.city.officials[Role.DISTRICT_FIRST, district.pk]
    done = world.do(held[0], declare_recusal, chance.choice(applicants), ground=Ground.RELATIVE, reason="配偶任职。")
    if done.is_done:
        # Read anew: what a person may do is read once.
        held[0] = User.objects.get(pk=held[0].pk)


def rest_or_resume(world: World, case: Case, claim: Claim, officer: User, chance: random.Random) -> bool:
    """Whether the work on a claim rests from now on, or is taken up again."""
    if case.rested_by is not None:
        placed_by, case.rested_by = case.rested_by, None
        return world.do(placed_by, resume_claim, claim.pk).is_done
    if claim.status == S.PANEL or chance.random() >= _RESTS:
        return False
    due = world.days_on(world.day, chance.randint(3, 8))
    done = world.do(officer, suspend_claim, claim.pk, reason=SuspensionReason.INQUIRY, expected_on=due)
    case.rested_by = officer if done.is_done else None
    return done.is_done


def dispute(world: World) -> None:
    """Applicants go against refusals; after some days the offices enter the outcome, which may annul one."""
    if world.day < date(world.year, *_LAST_DISPUTES):
        refused = Claim.objects.filter(status__in=[S.REJECTED, S.NOT_ACCEPTED]).select_related("item", "applicant")
        for claim in refused.order_by("pk"):
            case = world.by_claim.get(claim.pk)
            if case is None or case.is_disputed:
                continue
            case.is_disputed = True
            chance = world.chance("dispute", case.number)
            if chance.random() < _DISPUTED:
                _begin(world, claim, Kind.SUIT if chance.random() < 0.2 else Kind.RECONSIDERATION)
    open_ones = FollowUp.objects.filter(kind__in=REMEDIES, state=FollowUpState.OPEN)
    for found in open_ones.select_related("claim__region", "claim__city").order_by("pk"):
        if found.opened_at + timedelta(days=10) <= world.moment and found.claim_id in world.by_claim:
            _settle(world, found)


def _begin(world: World, claim: Claim, kind: Kind) -> None:
    officer = world.city.present(Role.DISTRICT_FIRST, claim.region_id, week=world.week)[0]
    matter = Matter(kind=kind, title="请求撤销不予支持的决定", party=claim.applicant.name, number=world.paper())
    world.do(officer, begin_matter, claim, matter)


def _settle(world: World, found: FollowUp) -> None:
    claim, case = found.claim, world.by_claim[found.claim_id]
    role = Role.CITY_OFFICER if claim.route == Route.CITY else Role.DISTRICT_SECOND
    officer = world.city.uninvolved(role, claim.deciding_region_id, claim, week=world.week)
    if world.chance("outcome", case.number).random() < 0.6:
        words, effect = "原决定认定事实不清，撤销后重新作出。", Effect.REOPEN
        if world.do(officer, advance, found.pk, Act.UPHOLD, Step(words=words, effect=effect)).is_done:
            case.refused = 0
            return
    world.do(officer, advance, found.pk, Act.DISMISS, Step(words="维持原决定。"))
