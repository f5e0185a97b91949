"""The calendar of a simulated year: who does what on which day, until every claim has come to its end."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.claims.selectors.single import claim_by_pk
from policies.calls.enums import Shortage
from policies.calls.models import Call
from policies.calls.services.changes import publish_call
from policies.calls.services.drafts import draft_call
from policies.calls.services.plans import CallPlan, ItemPlan
from policies.engine.procedure import Procedure
from portal.accounts.enums import Role
from portal.core import clock
from portal.jobs.services import unannounced
from review.assignments.services.suspensions import watch_suspensions
from review.decisions.jobs import watch_days_of_correction
from review.demo.calendar import fill_unknown_days
from review.recoveries.enums import OPEN_STATES
from review.recoveries.jobs import mark
from review.recoveries.models import Recovery
from review.simulated_year import applicants, incidents, meetings, officers, panels, recoveries, treasury
from review.simulated_year.crew import Count, side_by_side
from review.simulated_year.faults import Faults
from review.simulated_year.items import claimable_items
from review.simulated_year.jobs import Jobs
from review.simulated_year.people import CITY, make_city
from review.simulated_year.world import LONGEST, Case, World

# Nothing of it is done any more: a claim has come to its end.
FINAL = frozenset(
    {
        *(ClaimStatus.PAID, ClaimStatus.RECOGNISED, ClaimStatus.WITHDRAWN, ClaimStatus.ABANDONED),
        *(ClaimStatus.NOT_ACCEPTED, ClaimStatus.REJECTED, ClaimStatus.TERMINATED),
    }
)
_FIRST_OPEN, _FIRST_CLOSE = (1, 6), (5, 1)
_SECOND_OPEN, _SECOND_CLOSE = (5, 6), (9, 1)
# From this day of the year meetings decide against what no money is left for.
_LAST_MEETINGS = (11, 15)
# One item in so many is ranked by a panel in the second half of the year.
_RANKED = 6
# Ways that calls of the second half of the year set for some items.
_WAYS = (
    Procedure("city", frozenset({"city_only"})),
    Procedure("city", frozenset({"audit"})),
    Procedure("city", frozenset({"publicity_first"})),
    Procedure("district"),
)
# Weekdays of what is done once a week.
_LEAVE, _MEETING, _LIST, _BATCH, _BOOKS = range(5)


def live(*, claims: int, seed: int, year: int, to_print: int, faults: Faults, processes: int = 1) -> World:
    """Live the year: every claim from its draft to its end. The world it leaves says what went wrong.

    Several processes live each day side by side, as people of an office do; who comes first is then left to chance.
    """
    world = World(seed=seed, year=year, claims=claims, faults=faults)
    with unannounced(), clock.set_to(world.moment):
        fill_unknown_days(date(year, 1, 1), days=LONGEST + 200)
        world.city = make_city(claims, world.chance("people"))
        jobs = Jobs(world, to_print=to_print)
        world.items = claimable_items(world.city.applicants, on=world.day)
        world.chance("order").shuffle(world.items)
        treasury.make_budgets(world)
        panels.make_pool(world)
        incidents.write_rules(world)
        calls = _publish_calls(world)
        _plan_beginnings(world)
        jobs.run()
    with unannounced():
        _days(world, calls, jobs, processes=processes)
    return world


def _days(world: World, calls: list[Call], jobs: Jobs, *, processes: int) -> None:
    first = world.day
    for offset in range(1, LONGEST):
        day = first + timedelta(days=offset)
        if not world.is_workday(day):
            continue
        world.begin_day(day)
        with clock.set_to(world.moment):
            if day.weekday() == _LEAVE:
                incidents.take_leave(world)
                incidents.declare_ties(world)
            due, waiting = _due_cases(world)

            def live_day(due: list[Case] = due) -> None:
                _common_deeds(world)
                _individual_deeds(world, calls, due)
                jobs.run()

            world.processes = processes
            side_by_side(world, live_day, processes=processes)
            world.processes = 1
        if (
            not waiting
            and not Recovery.objects.filter(state__in=OPEN_STATES).exists()
            and day > date(world.year, 12, 28)
        ):
            treasury.end_year(world)
            break
    with clock.set_to(world.moment):
        jobs.run(final=True)
        jobs.run(final=True)
    jobs.leave_rest()


def _due_cases(world: World) -> tuple[list[Case], int]:
    """The claims that somebody takes up today, in an order of chance, and how many have not come to their end."""
    statuses = dict(Claim.objects.exclude(status__in=FINAL).values_list("pk", "status"))
    due, waiting = [], 0
    for case in world.cases:
        if case.pk is None:
            waiting += 1
            if case.begins <= world.day:
                due.append(case)
        elif case.pk in statuses:
            waiting += 1
            if case.due <= world.day and statuses[case.pk] in officers.INDIVIDUAL:
                due.append(case)
    world.chance("day", world.day).shuffle(due)
    return due, waiting


def _individual_deeds(world: World, calls: list[Call], due: list[Case]) -> None:
    """What is done of claims one by one."""
    for case in world.counts.taken(Count.CLAIMS, due):
        case.visits += 1
        chance = world.chance("visit", case.number, case.visits)
        if case.pk is None:
            applicants.begin(world, case, _open(calls, world), chance)
        else:
            claim = claim_by_pk(case.pk)[0]
            # Beside others: somebody may have been here since this morning.
            if claim.status in officers.INDIVIDUAL:
                officers.act_on(world, case, claim, chance)
        case.due = world.days_on(world.day, chance.choice((1, 1, 2, 3, 5)))


def _common_deeds(world: World) -> None:
    meetings.watch_lists(world)
    weekday = world.day.weekday()
    if weekday == _MEETING:
        panels.judge(world)
        meetings.decide(
            world, is_last=(world.day.year, world.day.month, world.day.day) >= (world.year, *_LAST_MEETINGS)
        )
    elif weekday == _LIST:
        meetings.publicise(world)
    elif weekday == _BATCH:
        treasury.pay(world)
    elif weekday == _BOOKS:
        for deed in world.counts.taken(Count.BOOKS, _OF_THE_BOOKS):
            deed(world)


def _watch(world: World) -> None:
    """What the portal's own clockwork does."""
    world.attempt("suspensions", lambda: watch_suspensions(on=world.day))
    world.attempt("corrections", watch_days_of_correction)
    world.attempt("overdue", mark)


_OF_THE_BOOKS: tuple[Callable[[World], None], ...] = (
    treasury.mend,
    incidents.dispute,
    recoveries.propose,
    recoveries.move_on,
    recoveries.terminate_dishonest,
    treasury.supply,
    _watch,
)


def _plan_beginnings(world: World) -> None:
    """Spread the claims over the days on which a call is open."""
    spans = [(_FIRST_OPEN, _FIRST_CLOSE), (_SECOND_OPEN, _SECOND_CLOSE)]
    for case in world.cases:
        chance = world.chance("beginning", case.number)
        (first, last) = chance.choice(spans)
        begin, end = (date(world.year, *at) for at in (first, last))
        case.begins = begin + timedelta(days=1 + chance.randrange((end - begin).days - 12))


def _open(calls: list[Call], world: World) -> list[Call]:
    return [call for call in calls if call.opens_at <= world.moment < call.closes_at]


def _publish_calls(world: World) -> list[Call]:
    """Two calls one after the other, and beside the second others by other ways, one of whose money goes by rank."""
    region = world.city.regions[CITY]
    act, other = (world.act(user) for user in world.city.officials[Role.POLICY_ADMIN, CITY])
    before_experts = Procedure("city", frozenset({"panel"})).as_dict()
    ranked = [each for each in world.items if each.row.code.startswith("wx") and each.row.kind == "project_grant"]
    ranked = ranked[: max(1, len(world.items) // _RANKED)]
    world.competitive = frozenset(each.row.code for each in ranked)
    rest = [each for each in world.items if each.row.code not in world.competitive]
    of_city = [each for each in rest if each.row.code.startswith("wx")]
    # Of the city's items every fifth goes another way in the second half of the year, the others their document's.
    own_ways = [(of_city[place::5], procedure) for place, procedure in enumerate(_WAYS)]
    elsewhere = {each.row.pk for items, _ in own_ways for each in items}
    usual = [each for each in rest if each.row.pk not in elsewhere]
    second, as_documents_say = (_SECOND_OPEN, _SECOND_CLOSE), dict[str, Any]()
    made = []
    for number, (items, (first, last), way, procedure) in enumerate(
        (
            (world.items, (_FIRST_OPEN, _FIRST_CLOSE), Shortage.PRO_RATA, as_documents_say),
            (usual, second, Shortage.PRO_RATA, as_documents_say),
            *((items, second, Shortage.PRO_RATA, procedure.as_dict()) for items, procedure in own_ways if items),
            (ranked, second, Shortage.RANK, before_experts),
        ),
        start=1,
    ):
        plan = CallPlan(
            number=f"锡知发〔{world.year}〕年{world.seed}-{number}号",
            title=f"{world.year} 年度第 {number} 批项目申报通知",
            opens_at=_moment(world.year, first),
            closes_at=_moment(world.year, last),
            facts_from=date(world.year - 1, 5, 1),
            facts_to=date(world.year, *last),
            contact_name="知识产权促进处",
            contact_phone="0510-81820000",
            when_short=way,
            procedure=procedure,
            budget=Decimal(3_000 * len(world.cases)) if way == Shortage.RANK else None,
            items=tuple(ItemPlan(each.row.pk) for each in items),
        )
        key = uuid.UUID(int=world.chance("call", number).getrandbits(128))
        call = draft_call(region, plan=plan, key=key, act=act)
        made.append(publish_call(call, seen=call.revision, act=other))
    return list(Call.objects.filter(pk__in=[call.pk for call in made]).prefetch_related("items").order_by("pk"))


def _moment(year: int, at: tuple[int, int]) -> datetime:
    return timezone.make_aware(datetime(year, *at))  # noqa: DTZ001 - made aware at once
