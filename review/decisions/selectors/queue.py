"""Lists of claims for officers: whose turn it is, filters, search, and pages that cost the same at any depth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import and_

import chinese_calendar
from django.conf import settings
from django.core.cache import cache
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from applications.claims.enums import Action, ClaimStatus, Route
from applications.claims.models import Claim, ClaimEvent, ClaimLine, ClaimQuerySet
from applications.claims.services.submission import claim_number
from policies.engine.procedure import CITY_ONLY
from policies.facts.identifiers import comparison_key
from policies.published.models import SupportItem
from portal.accounts.enums import DISTRICT_ROLES, RegionLevel, Role
from portal.accounts.models import Applicant, Region, User
from portal.core.paging import Page, paginate
from portal.core.searching import contains
from portal.core.text import tidy
from portal.workdays.selectors import overrides_between
from review.assignments.selectors.desks import open_to, suspended, unsuspended
from review.decisions.enums import Stage
from review.decisions.models import Decision
from review.decisions.permissions import STATUS_OF, four_eyes_problem, persons_of

PAGE_SIZE = 50
COUNT_LIMIT = 1000
_NAME_MATCHES = 500
_LONGEST_SEARCH = 120
_MOST_WORDS = 5

DUTIES: dict[str, Stage] = {
    Role.ACCEPTANCE: Stage.ACCEPTANCE,
    Role.DISTRICT_FIRST: Stage.DISTRICT_FIRST,
    Role.DISTRICT_SECOND: Stage.DISTRICT_SECOND,
    Role.CITY_OFFICER: Stage.CITY,
    Role.DECISION_MAKER: Stage.FINAL,
}
# What falls to a duty where a procedure has it: a queue of its own while something waits there.
_FURTHER_DUTIES: dict[str, tuple[Stage, ...]] = {
    Role.CITY_OFFICER: (Stage.ACCEPTANCE, Stage.AUDIT, Stage.PANEL),
    Role.DISTRICT_SECOND: (Stage.AUDIT, Stage.PANEL),
}
_BY_ROUTE = frozenset({Stage.AUDIT, Stage.PANEL, Stage.FINAL})
_WITHOUT_DISTRICT = Q(departures__contains=CITY_ONLY)

_CAME_BACK = {
    Action.SEND_BACK: "退回重审",
    Action.RECALL: "已收回",
    Action.REDECIDE: "重新审定",
    Action.REOPEN: "撤销后重办",
    Action.RESUBMIT: "补正后",
}


@dataclass(frozen=True, slots=True)
class WorkQueue:
    """One duty in one region: a tab of the queue, and exactly one stretch of an index."""

    stage: Stage
    region: Region

    @property
    def key(self) -> str:
        return f"{self.stage}-{self.region.pk}"

    @property
    def status(self) -> ClaimStatus:
        return STATUS_OF[self.stage]

    @property
    def label(self) -> str:
        return f"{self.region.name} · {self.status.label}"

    @property
    def is_first_review(self) -> bool:
        """Whether its sums come from the rules alone, and not from a stage before."""
        return self.stage == Stage.DISTRICT_FIRST

    @property
    def amount_label(self) -> str:
        """What the sum is called with which claims come to this queue."""
        if self.stage == Stage.CITY:
            return "区级审核金额"
        if self.stage in _BY_ROUTE:
            return "市级审核金额" if self.region.level == RegionLevel.CITY else "区级审核金额"
        return "申报金额"

    def claims(self, user: User) -> QuerySet[Claim]:
        """The claims that are in this queue, as this person sees them: none that rests, none they are recused from."""
        return unsuspended(self._at_stage(user))

    def suspended(self, user: User) -> QuerySet[Claim]:
        """The claims of this queue on which the work rests."""
        return suspended(self._at_stage(user))

    def _at_stage(self, user: User) -> QuerySet[Claim]:
        return self._here(user).filter(status=self.status).exclude(applicant__in=user.standing.recusals)

    def unanswered(self, user: User) -> QuerySet[Claim]:
        """The claims that this queue returned for correction and whose day is past."""
        late = {"status": ClaimStatus.CORRECTION, "correction_due_on__lt": timezone.localdate()}
        return self._here(user).filter(**late, returned_from=self.status)

    def _here(self, user: User) -> QuerySet[Claim]:
        in_city = self.region.level == RegionLevel.CITY
        claims = Claim.objects.visible_to(user)
        claims = claims.filter(city_id=self.region.pk) if in_city else claims.filter(region_id=self.region.pk)
        if self.stage in _BY_ROUTE:
            claims = claims.filter(route=Route.CITY if in_city else Route.DISTRICT)
        if self.stage == Stage.ACCEPTANCE:
            claims = claims.filter(_WITHOUT_DISTRICT if in_city else ~_WITHOUT_DISTRICT)
        return claims


def queues_of(user: User) -> list[WorkQueue]:
    """The queues at which this person works, in the order of the procedure."""
    stages = list(Stage)
    found = [
        WorkQueue(DUTIES[appointment.role], appointment.region)
        for appointment in user.active_appointments
        if appointment.role in DUTIES
    ]
    return sorted({*found, *_further_queues(user)}, key=lambda work: (stages.index(work.stage), work.region.pk))


def _further_queues(user: User) -> list[WorkQueue]:
    """The queues that this person has besides while something waits there; one query, for those who may have any."""
    possible = [
        WorkQueue(stage, appointment.region)
        for appointment in user.active_appointments
        for stage in _FURTHER_DUTIES.get(appointment.role, ())
    ]
    if not possible:
        return []
    reported = Q(status__in=[ClaimStatus.AUDIT, ClaimStatus.PANEL])
    waiting = Claim.objects.visible_to(user).filter(reported | Q(_WITHOUT_DISTRICT, status=ClaimStatus.SUBMITTED))
    places = set(waiting.order_by().values_list("status", "route", "city_id", "region_id").distinct())
    there = {(status, city if route == Route.CITY else region) for status, route, city, region in places}
    return [work for work in possible if (work.status, work.region.pk) in there]


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """What narrows a list. Empty fields narrow nothing; days are the claims' days of submission, both included."""

    text: str = ""
    item_id: int | None = None
    status: str = ""
    district: str = ""
    submitted_from: date | None = None
    submitted_to: date | None = None
    overdue: bool = False
    open_findings: bool = False
    suspended: bool = False

    def apply(self, claims: QuerySet[Claim]) -> QuerySet[Claim]:
        """The claims that fit."""
        if self.suspended:
            claims = suspended(claims)
        if self.item_id:
            claims = claims.filter(item_id=self.item_id)
        if self.status:
            claims = claims.filter(status=self.status)
        if self.district:
            claims = claims.filter(region_id=self.district)
        if self.submitted_from:
            claims = claims.filter(submitted_at__gte=_midnight(self.submitted_from))
        if self.submitted_to:
            claims = claims.filter(submitted_at__lt=_midnight(self.submitted_to + timedelta(days=1)))
        if self.overdue:
            today = timezone.localdate()
            late_applicant = Q(status=ClaimStatus.CORRECTION, correction_due_on__lt=today)
            claims = claims.filter(late_work(today) | late_applicant)
        if self.open_findings:
            claims = claims.filter(Q(examination__blocking__gt=0) | Q(examination__questions__gt=0))
        return claims.filter(matches_text(self.text)) if self.text else claims


def matches_text(text: str) -> Q:
    """Claims by what people type: every word must be the beginning or end of a number, or part of a name or USCC.

    Or the whole is the number of a patent, contract or policy. Names and such numbers are looked up first, by their
    own indexes: what is found stays few however many claims there are.
    """
    written = tidy(text[:_LONGEST_SEARCH])
    found = Q(pk__in=_claims_about(written))
    words = written.split()[:_MOST_WORDS]
    return reduce(and_, (_matches_word(word) for word in words)) | found if words else Q()


def _matches_word(word: str) -> Q:
    wanted = Q(number__startswith=word.upper())
    if word.isdecimal() and len(word) <= 7:
        years = range(timezone.localdate().year - 10, timezone.localdate().year + 1)
        wanted |= Q(number__in=[claim_number(year, int(word)) for year in years])
    names = Applicant.objects.filter(contains(word, "name") | Q(uscc__contains=word.upper())).values_list("pk")
    return wanted | Q(applicant_id__in=[pk for (pk,) in names[:_NAME_MATCHES]])


def _claims_about(text: str) -> list[int]:
    """The claims whose lines are about the right or contract of this number."""
    key = comparison_key(text)
    if sum(character.isdigit() for character in key) < 4:
        return []
    keys = {key, key.removeprefix("ZL"), key.removeprefix("CN")}
    return list(ClaimLine.objects.filter(subject_key__in=keys).values_list("claim_id", flat=True)[:_NAME_MATCHES])


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def overdue_before(on: date | None = None) -> datetime:
    """The moment since which a claim may be in a queue without being overdue on a day: so many working days back.

    Read once a day. In a year without a calendar every day but the weekend counts as worked: this only colours a list.
    """
    today = on or timezone.localdate()
    key = f"review:overdue-before:{today}:{settings.REVIEW_WORKDAYS}"
    found: datetime | None = cache.get(key)
    if found is None:
        overrides = overrides_between(today - timedelta(days=200), today)
        day, left = today, settings.REVIEW_WORKDAYS
        while left > 0:
            day -= timedelta(days=1)
            left -= int(overrides.get(day, _is_worked(day)))
        found = _midnight(day)
        cache.set(key, found, 3600)
    return found


def late_work(on: date) -> Q:
    """The condition on claims whose step, or the whole, should have been done before this day.

    What has no clock yet, from before there were any, is late after the usual days of a step.
    """
    unclocked = Q(status__in=list(STATUS_OF.values()), status_since__lt=overdue_before(on), whole_due_on=None)
    return Q(step_due_on__lt=on) | Q(whole_due_on__lt=on) | unclocked


def _is_worked(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


@dataclass(frozen=True, slots=True)
class CountedPage(Page[Claim]):
    """One page of claims, and how many there are in all, capped."""

    count: int = 0

    @property
    def count_words(self) -> str:
        return f"{COUNT_LIMIT}+" if self.count > COUNT_LIMIT else str(self.count)


def page_of(claims: QuerySet[Claim], *, after: str = "", oldest_first: bool = False) -> CountedPage:
    """The page after a cursor, by time of submission then id; one that makes no sense gives the first page."""
    rows = claims.select_related("applicant", "item", "region", "city", "examination")
    page = paginate(rows, after=after, size=PAGE_SIZE, by="submitted_at", oldest_first=oldest_first)
    return CountedPage(page.rows, page.next_cursor, page.after, claims.order_by()[: COUNT_LIMIT + 1].count())


def next_claim(
    user: User, work: WorkQueue, *, chosen: ClaimFilter | None = None, beside: Claim | None = None, back: bool = False
) -> Claim | None:
    """The claim that has waited longest in a queue, of those `chosen` that this person may conclude and nobody has.

    With `beside`, the one after that claim, or before it with `back`; from the end it goes on at the beginning, so
    that what was skipped comes again last.
    """
    mine = Decision.objects.filter(_by(user)).exclude(stage=work.stage).values("claim_id")
    claims = open_to(work.claims(user), user).exclude(pk__in=mine).exclude(applicant_id__in=user.recused_from)
    claims = chosen.apply(claims) if chosen else claims
    order = ("-submitted_at", "-id") if back else ("submitted_at", "id")
    if beside is None:
        return claims.order_by(*order).first()
    others = claims.exclude(pk=beside.pk).order_by(*order)
    reach = "lt" if back else "gt"
    later = Q(**{f"submitted_at__{reach}": beside.submitted_at})
    later |= Q(submitted_at=beside.submitted_at, **{f"id__{reach}": beside.pk})
    return others.filter(later).first() or others.first()


def claims_for(user: User) -> ClaimQuerySet:
    """Every claim this person sees as an official; never those of a body they belong to (回避)."""
    return Claim.objects.visible_to(user).exclude(applicant_id__in=user.recused_from).exclude(submitted_at=None)


# Marks that other apps show beside claims of a page: functions that give the claims' pks by the words of a mark.
QUEUE_MARKS: list[Callable[[list[Claim]], dict[str, set[int]]]] = []


def marks_here(claims: list[Claim]) -> dict[str, set[int]]:
    """The marks of a page's claims, in words, with the claims' pks: how they came back, and what apps say of them."""
    found = came_back_here(claims)
    for marks in QUEUE_MARKS if claims else ():
        found |= marks(claims)
    return found


def came_back_here(claims: list[Claim]) -> dict[str, set[int]]:
    """How claims of a page came back to their queue, in words, with their pks; one query, none where none did."""
    again = [claim.pk for claim in claims if claim.round > 1]
    if not again:
        return {}
    events = ClaimEvent.objects.filter(claim__in=again, action__in=_CAME_BACK, at=F("claim__status_since"))
    found: dict[str, set[int]] = {}
    for claim_id, action in events.values_list("claim_id", "action"):
        found.setdefault(_CAME_BACK[Action(action)], set()).add(claim_id)
    return found


def blocked_here(user: User, claims: list[Claim], stage: Stage) -> dict[int, str]:
    """Of a page's claims those that this person must leave to another, with the reason; one query."""
    concluded: dict[int, list[tuple[int, str]]] = {}
    rows = Decision.objects.filter(_by(user), claim__in=claims).values_list("claim_id", "stage")
    for claim_id, earlier in rows:
        concluded.setdefault(claim_id, []).append((user.pk, earlier))
    problems = {claim.pk: four_eyes_problem(user, claim, concluded.get(claim.pk, []), stage) for claim in claims}
    return {pk: problem for pk, problem in problems.items() if problem}


def concluded_on(claim_ids: Sequence[int]) -> list[tuple[int, int, str]]:
    """Who concluded on claims, as (claim, account, state in which it was): themself or through a deputy."""
    rows = Decision.objects.filter(claim__in=claim_ids).values_list(
        "claim_id", "officer_id", "on_behalf_of_id", "stage"
    )
    return [
        (claim_id, who, STATUS_OF[Stage(stage)])
        for claim_id, officer, principal, stage in rows
        for who, _ in persons_of([(officer, principal, stage)])
    ]


def _by(user: User) -> Q:
    """The condition on conclusions of this person, themself or through a deputy."""
    return Q(officer__in=user.account_ids) | Q(on_behalf_of__in=user.account_ids)


def claimable_choices() -> list[tuple[int, str]]:
    """Items that can be claimed, for a filter."""
    return list(SupportItem.objects.filter(claimable=True).order_by("document", "position").values_list("pk", "title"))


def district_choices(user: User) -> list[tuple[str, str]]:
    """The districts that a city's official sees; none for a district's own."""
    found: dict[str, str] = {}
    for appointment in user.active_appointments:
        if appointment.role not in DISTRICT_ROLES:
            found |= dict(appointment.region.children.order_by("code").values_list("code", "name"))
    return list(found.items())
