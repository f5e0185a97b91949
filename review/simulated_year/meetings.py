"""What the offices do with many claims at once: meetings, publicity lists, objections, approvals."""

from __future__ import annotations

import random
from datetime import timedelta

from django.db.models import Q

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.accounts.models import User
from review.decisions.enums import ObjectionState, Stage
from review.decisions.models import Objection, PublicityList
from review.decisions.permissions import approver_in
from review.decisions.selectors.agenda import Agenda, agendas_of
from review.decisions.services.bulk import decide_agenda
from review.decisions.services.decisions import Minutes, refuse_claim
from review.decisions.services.long_lists import MOST_AT_ONCE, start_approval, start_publication, start_withdrawal
from review.decisions.services.objections import (
    Objector,
    dismiss_objection,
    enter_objection,
    redecide_objection,
    uphold_objection,
)
from review.decisions.services.publicity import Outcome, PublicityPlan, approve_list, publish_claims, withdraw_list
from review.decisions.services.ways_back import take_back
from review.demo.findings import answer_findings
from review.simulated_year.crew import Count
from review.simulated_year.officers import note_credit, return_claim
from review.simulated_year.people import CITY
from review.simulated_year.world import World, expected_of, needs_answers, needs_credit

S = ClaimStatus
# A claim that meetings refused so often, or for which nothing is left at the year's end, is decided against.
_MOST_REFUSALS = 3
PAPER = "无锡市人民政府专题会议纪要第 {} 号"


def waiting_in(world: World, region: str, status: ClaimStatus) -> list[Claim]:
    """The year's claims in a status that a region decides, in the order of their keys."""
    rows = Claim.objects.filter(Q(region=region) | Q(city=region), status=status)
    rows = rows.select_related("item", "applicant", "region", "city", "call").order_by("pk")
    return [claim for claim in rows if claim.deciding_region_id == region and claim.pk in world.by_claim]


def decide(world: World, *, is_last: bool) -> None:
    """A meeting of each region: most claims by agenda, a few sent back, refused or left for later."""
    for region in world.counts.taken(Count.MEETINGS, list(world.city.regions)):
        claims = waiting_in(world, region, S.FINAL_DECISION)
        if not claims:
            continue
        decider = world.city.present(Role.DECISION_MAKER, region, week=world.week)[0]
        minutes = Minutes(f"专资会{world.year}-{region[-2:]}-{world.week}", world.day, PAPER.format(world.week))
        for claim in claims:
            _decide_one(world, claim, decider, minutes, is_last=is_last)
        for key in dict.fromkeys(str(claim.call.key) for claim in claims if claim.call):
            for agenda in agendas_of(decider, key=key):
                _decide_all(world, agenda, decider, minutes)


def _decide_one(world: World, claim: Claim, decider: User, minutes: Minutes, *, is_last: bool) -> None:
    case = world.by_claim[claim.pk]
    case.visits += 1
    luck = world.chance("meeting", case.number, case.visits).random()
    if luck < 0.015:
        return_claim(world, claim)
    elif luck < 0.03 or case.refused >= _MOST_REFUSALS or is_last:
        page, reason = expected_of(claim), "经会议研究，资金用途与支持方向不符，不予支持。"

        world.do(decider, refuse_claim, claim.pk, expected=page, reason=reason, minutes=minutes)


def _decide_all(world: World, agenda: Agenda, decider: User, minutes: Minutes) -> None:
    outcomes: list[Outcome] = world.do(decider, decide_agenda, agenda, minutes=minutes).value or []
    for outcome in outcomes:
        if not outcome.problem:
            continue
        case = world.by_claim[outcome.claim.pk]
        world.tally.refusals["decide: " + outcome.problem[:12]] += 1
        if needs_credit(outcome.problem):
            note_credit(world, outcome.claim, decider, world.chance("credit", case.number, case.visits))
        elif needs_answers(outcome.problem) and world.do(decider, answer_findings, outcome.claim).is_done:
            continue
        else:
            case.refused += 1


def publicise(world: World) -> None:
    """The week's list of each region; a few decisions are taken back instead."""
    for region in world.counts.taken(Count.PUBLICITY, list(world.city.regions)):
        officer, ids = _publisher(world, region), []
        for claim in waiting_in(world, region, S.AWAITING_PUBLICITY):
            case = world.by_claim[claim.pk]
            case.visits += 1
            if world.chance("list", case.number, case.visits).random() < 0.01:
                _take_back(world, claim)
            else:
                ids.append(claim.pk)
        if not ids:
            continue
        title = f"{world.year} 年第 {world.week} 周拟资助名单"
        plan = PublicityPlan(title=title, starts_on=world.day, workdays=5, contact="知识产权促进处 0510-81820000")
        publish = publish_claims if len(ids) <= MOST_AT_ONCE else start_publication
        world.do(officer, publish, world.city.regions[region], claim_ids=ids, plan=plan)


def _take_back(world: World, claim: Claim) -> None:
    decider = world.city.present(Role.DECISION_MAKER, claim.deciding_region_id, week=world.week)[0]
    page = expected_of(claim)
    world.do(decider, take_back, claim.pk, expected=page, reason="漏计一张发票。")


def watch_lists(world: World) -> None:
    """Each day: objections come in and are decided, lists are taken down or, after their last day, approved."""
    lists = PublicityList.objects.filter(closed_at=None, created_at__lte=world.moment)
    open_ones = Objection.objects.filter(state=ObjectionState.OPEN)
    busy = {
        *lists.values_list("region_id", flat=True),
        *open_ones.values_list("entry__publicity__region_id", flat=True),
    }
    for region in world.counts.taken(Count.LISTS, list(world.city.regions)):
        if region in busy:
            _watch_lists_of(world, region)


def _watch_lists_of(world: World, region: str) -> None:
    lists = PublicityList.objects.filter(region=region, closed_at=None, created_at__lte=world.moment)
    for publicity in lists.select_related("region").order_by("pk"):
        chance = world.chance("publicity", publicity.title, publicity.region_id, world.day)
        if world.day <= publicity.ends_on:
            _object(world, publicity, chance)
            if chance.random() < 0.01:
                _withdraw(world, publicity, redecide=chance.random() < 0.3)
        else:
            _approve(world, publicity)
    open_ones = Objection.objects.filter(state=ObjectionState.OPEN, entry__publicity__region=region)
    for objection in open_ones.select_related("entry__claim").order_by("pk"):
        _hear(world, objection)


def _publisher(world: World, region: str) -> User:
    role = Role.CITY_OFFICER if region == CITY else Role.DECISION_MAKER
    return world.city.present(role, region, week=world.week)[0]


def _object(world: World, publicity: PublicityList, chance: random.Random) -> None:
    entries = list(publicity.entries.standing().filter(claim__status=S.PUBLICITY).order_by("pk"))
    for entry in entries:
        if chance.random() < 0.004:
            officer, who = _publisher(world, publicity.region_id), Objector("赵实名", "13700000000")
            text = "该权利人与申报单位名称不一致，请核实。"
            world.do(officer, enter_objection, entry, objector=who, text=text, received_on=world.day)


def _hear(world: World, objection: Objection) -> None:
    claim = objection.entry.claim
    if objection.received_on + timedelta(days=4) > world.day or claim.pk not in world.by_claim:
        return
    role = Role.CITY_OFFICER if claim.deciding_region_id == CITY else Role.DISTRICT_SECOND
    hearer = world.city.uninvolved(role, claim.deciding_region_id, claim, week=world.week)
    luck = world.chance("hearing", world.by_claim[claim.pk].number, objection.received_on).random()
    service = dismiss_objection if luck < 0.5 else redecide_objection if luck < 0.75 else uphold_objection
    world.do(hearer, service, objection.pk, conclusion="经核实并听取双方意见后认定。")


def _withdraw(world: World, publicity: PublicityList, *, redecide: bool) -> None:
    officer = _publisher(world, publicity.region_id)
    withdraw = withdraw_list if publicity.entries.count() <= MOST_AT_ONCE else start_withdrawal
    reason = "名单中单位名称有误，更正后重新公示。"
    world.do(officer, withdraw, publicity, reason=reason, redecide=redecide)


def _approve(world: World, publicity: PublicityList) -> None:
    role, region = approver_in(publicity.region), publicity.region_id
    people = world.city.present(role, region, week=world.week)
    outcomes: list[Outcome] = []
    if publicity.entries.count() > MOST_AT_ONCE:
        world.do(people[0], start_approval, publicity)
    else:
        outcomes = world.do(people[0], approve_list, publicity).value or []
    stale = Claim.objects.filter(publicity_entries__publicity=publicity, status=S.PUBLICITY) if not outcomes else ()
    claims = [outcome.claim for outcome in outcomes if outcome.problem] or list(stale)
    for claim in claims:
        if claim.pk not in world.by_claim:
            continue
        case = world.by_claim[claim.pk]
        case.visits += 1
        involved = claim.decisions.filter(stage=Stage.FINAL, officer=people[0]).exists()
        if not involved:
            note_credit(world, claim, people[0], world.chance("credit", case.number, case.visits))
            world.do(people[0], answer_findings, claim)
