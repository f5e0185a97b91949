"""Who has a claim at its stage, and whether the work on it rests: read with claims, without a query of their own."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet
from django.utils import timezone

from applications.claims.clock import Span
from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.claims.selectors.single import claim_by_key, with_its_rows
from applications.claims.workflow import reviewer_of
from portal.accounts.enums import DISTRICT_ROLES, Role
from portal.accounts.models import User
from portal.accounts.persons import same_person
from portal.core import clock
from portal.core.statements import A_KEY, A_MOMENT, Lookup
from review.assignments.enums import DESKS, SUPERVISORS_OF
from review.assignments.models import Absence, Assignment, Suspension


def with_desk(claims: QuerySet[Claim], *, at: datetime | None = None) -> QuerySet[Claim]:
    """Each with `desk`, the assignment that holds at its stage, and `pause`, its open suspension.

    A claim has no such attribute where there is none; `desk_of` and `pause_of` say None.
    """
    holds = Q(assignments__ended_at=None, assignments__status=F("status")) & _unlapsed("assignments__", at)
    joined = claims.annotate(
        desk=FilteredRelation("assignments", condition=holds),
        pause=FilteredRelation("suspensions", condition=Q(suspensions__resumed_at=None)),
    )
    return joined.select_related("desk__officer", "pause")  # type: ignore[misc]


_read_on_desk = Lookup(
    lambda pk, at: with_desk(with_its_rows(Claim.objects.with_call_item().filter(pk=pk)), at=at), A_KEY, A_MOMENT
)


def claim_on_desk(claims: QuerySet[Claim], key: uuid.UUID) -> Claim | None:
    """The claim of these that has this key, as `claim_by_key` and `with_desk` read it, with its call's item."""
    return claim_by_key(claims, key, read=lambda pk: _read_on_desk(pk, clock.now()))


def desk_of(claim: Claim) -> Assignment | None:
    """The assignment that holds, of a claim read by `with_desk`."""
    return getattr(claim, "desk", None)


def pause_of(claim: Claim) -> Suspension | None:
    """The open suspension of a claim read by `with_desk`."""
    return getattr(claim, "pause", None)


def place_of(claim: Claim) -> tuple[Role, str] | None:
    """The duty that works on a claim now and the region where it is held; None where no single officer works on it."""
    role = _reviewer(claim) if claim.status in DESKS else None
    if role is None:
        return None
    return role, claim.region_id if role in DISTRICT_ROLES else claim.deciding_region_id


def works_on(user: User, claim: Claim) -> bool:
    """Whether the claim waits for a duty that the person holds."""
    return place_of(claim) in {(Role(one.role), one.region_id) for one in user.active_appointments}


def supervises(user: User | None, claim: Claim) -> bool:
    """Whether the person moves the claim between the officers of its stage, in whose region or above they serve."""
    place = place_of(claim)
    if user is None or place is None or claim.applicant_id in user.recused_from:
        return False
    return any(
        one.role in SUPERVISORS_OF[place[0]] and one.region_id in (claim.region_id, claim.city_id)
        for one in user.active_appointments
    )


def principals_of(user: User, *, on: date) -> list[int]:
    """Keys of the accounts of those for whom the person stands in on a day."""
    return [row["user_id"] for row in _principals(user, on=on)]


def _principals(user: User, *, on: date) -> QuerySet[Absence, Any]:
    return Absence.objects.on(on).filter(deputy__in=user.account_ids).values("user_id")


def deputies_of(users: Collection[User], *, on: date) -> list[User]:
    """The people and whoever stands in for them on a day, each once: whom a message about work goes to."""
    named = Absence.objects.on(on).filter(user__in=[user.pk for user in users]).exclude(deputy=None)
    found = {user.pk: user for user in users}
    return list((found | {one.deputy_id: one.deputy for one in named.select_related("deputy") if one.deputy}).values())


def open_to(claims: QuerySet[Claim], user: User, *, at: datetime | None = None) -> QuerySet[Claim]:
    """The claims that no other officer has: free, one's own, or of somebody for whom one stands in; none that rests."""
    theirs = Q(officer__in=user.account_ids) | Q(officer__in=_principals(user, on=timezone.localdate(at)))
    others = Assignment.objects.open().filter(_unlapsed("", at), claim=OuterRef("pk"), status=OuterRef("status"))
    return unsuspended(claims).filter(~Exists(others.exclude(theirs)))


def unsuspended(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """The claims on which the work does not rest."""
    return claims.filter(~Exists(Suspension.objects.open().filter(claim=OuterRef("pk"))))


def suspended(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """The claims on which the work rests."""
    return claims.filter(Exists(Suspension.objects.open().filter(claim=OuterRef("pk"))))


def pause_words(claim: Claim) -> str:
    """Why the work on a claim rests and until when, in the words for its applicant; "" where it does not."""
    pause = Suspension.objects.open().filter(claim=claim.pk).first()
    return f"{pause.get_reason_display()}，预计 {pause.expected_on:%Y-%m-%d} 恢复" if pause else ""


def suspended_spans(claims: Collection[int] | QuerySet[Any]) -> dict[int, list[Span]]:
    """By claim the days on which the work on it rested, as its clocks take them; None is the end of one that lasts."""
    found: dict[int, list[Span]] = {}
    rows = Suspension.objects.filter(claim__in=claims).order_by("at").values_list("claim_id", "at", "resumed_at")
    for claim, at, resumed in rows:
        span = timezone.localdate(at), timezone.localdate(resumed) if resumed else None
        found.setdefault(claim, []).append(span)
    return found


@dataclass(frozen=True, slots=True)
class DeskState:
    """Whether a person may act on a claim as far as its desk is concerned: `problem` says why not, in words.

    `principal` is the absent holder for whom the person acts.
    """

    problem: str = ""
    principal: User | None = None


def desk_state(claim: Claim, user: User, *, at: datetime | None = None) -> DeskState:
    """The state of a claim read by `with_desk`; one query more where another has it."""
    moment = at or clock.now()
    if pause := pause_of(claim):
        return DeskState(f"该申报已挂起（{pause.get_reason_display()}），请先恢复办理。")
    desk = desk_of(claim)
    if desk is None or desk.officer is None or same_person(user, desk.officer_id):
        return DeskState()
    if desk.officer_id in principals_of(user, on=timezone.localdate(moment)):
        return DeskState(principal=desk.officer)
    since = timezone.localtime(desk.since)
    return DeskState(
        f"该申报由{desk.officer.name}承办（自 {since:%m-%d %H:%M} 起），请由其办理；"
        "需要由您办理的，请其交回或由负责人改派。"
    )


def _reviewer(claim: Claim) -> Role | None:
    return reviewer_of(ClaimStatus(claim.status), claim.route, claim.departures)


def _unlapsed(prefix: str, at: datetime | None) -> Q:
    return Q(**{f"{prefix}lapses_at": None}) | Q(**{f"{prefix}lapses_at__gt": at or clock.now()})
