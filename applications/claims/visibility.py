"""Which claims a person sees: by duty and region, less those that are closed to them for a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from applications.claims.enums import ClaimStatus, Route
from applications.mandates.enums import Right
from applications.mandates.selectors import mandated_claims
from portal.accounts.enums import DISTRICT_ROLES, RegionLevel, Role
from portal.accounts.models import User

# Roles that read claims in all of their region, and those that read them only once there is money to pay.
_READERS = DISTRICT_ROLES | {Role.CITY_OFFICER, Role.DECISION_MAKER, Role.AUDITOR}
_PAYABLE = frozenset({ClaimStatus.APPROVED, ClaimStatus.PAID, ClaimStatus.TERMINATED})


@dataclass(frozen=True, slots=True)
class Closure:
    """Claims that are closed to a person: `claims` gives their keys as a query, None where there can be none.

    `words` say why, and how they open again.
    """

    claims: Callable[[User], QuerySet[Any, Any] | None]
    words: str


# What closes claims for a time; the apps that know why register here.
CLOSURES: list[Closure] = []


def visible_claims(user: User, prefix: str = "") -> Q:
    """The condition under which a claim (reached through `prefix`, e.g. "claim__") may be seen by a person.

    Members see their applicants' claims; what mandates open, `mandated_claims` says. Officials see those of their own
    district or city, drafts never; finance only what is approved; a district's decision-maker only what the district
    decides; policy and system administrators none. Nobody sees what is closed to them.
    """
    return claims_of_duty(user, prefix) & open_claims(user, prefix)


def open_claims(user: User, prefix: str = "") -> Q:
    """The condition under which a claim is not closed to a person, whatever their duties."""
    condition = Q()
    for closure in CLOSURES:
        closed = closure.claims(user)
        if closed is not None:
            condition &= ~Q(**{f"{prefix}pk__in": closed})
    return condition


def why_closed(user: User, claims: QuerySet[Any]) -> str:
    """Why one of these claims is closed to a person who sees it by their duty; "" where none is."""
    theirs = claims.filter(claims_of_duty(user))
    closed = ((closure.words, closure.claims(user)) for closure in CLOSURES)
    return next((words for words, keys in closed if keys is not None and theirs.filter(pk__in=keys).exists()), "")


def claims_of_duty(user: User, prefix: str = "") -> Q:
    """The condition under which a claim is a person's by membership or duty, closed or not: its content, as filed."""
    visible = Q(**{f"{prefix}applicant_id__in": [m.applicant_id for m in user.active_memberships]})
    for appointment in user.active_appointments:
        if appointment.role not in _READERS and appointment.role != Role.FINANCE:
            continue
        field = {
            RegionLevel.DISTRICT: "region_id",
            RegionLevel.CITY: "city_id",
            RegionLevel.PROVINCE: "city__parent_id",
        }[RegionLevel(appointment.region.level)]
        theirs = Q(**{f"{prefix}{field}": appointment.region_id}) & ~Q(**{f"{prefix}submitted_at": None})
        if appointment.role == Role.FINANCE:
            theirs &= Q(**{f"{prefix}status__in": _PAYABLE})
        if appointment.role == Role.DECISION_MAKER and appointment.region.level == RegionLevel.DISTRICT:
            theirs &= Q(**{f"{prefix}route": Route.DISTRICT})
        visible |= theirs
    return visible


def own_side(user: User, prefix: str = "", *, right: Right | None = None) -> Q:
    """The condition that a person acts on a claim as its applicant: as a member of it, or under a mandate.

    With a right, under one that gives it.
    """
    own = Q(**{f"{prefix}applicant_id__in": [m.applicant_id for m in user.active_memberships]})
    return own | mandated_claims(user, prefix, right=right)
