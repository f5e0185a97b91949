"""Who simulates, and who reads what was simulated. A simulation belongs to a city."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from portal.accounts.enums import RegionLevel, Role

if TYPE_CHECKING:
    from portal.accounts.models import Region, User

RUNNERS = (Role.POLICY_ADMIN, Role.CITY_OFFICER, Role.DECISION_MAKER)
READERS = (*RUNNERS, Role.AUDITOR)


def readable_cities(user: User) -> Q:
    """The condition under which a run may be read: it is of a city of one's own, or of an auditor's province."""
    readable = Q(city_id__in=user.regions_for(*RUNNERS))
    for appointment in user.active_appointments:
        if appointment.role == Role.AUDITOR:
            field = "city__parent_id" if appointment.region.level == RegionLevel.PROVINCE else "city_id"
            readable |= Q(**{field: appointment.region_id})
    return readable


def running_city(user: User) -> Region | None:
    """The city in which this person simulates; None for those who only read, and for a district's decision-maker."""
    cities = (a for a in user.active_appointments if a.region.level == RegionLevel.CITY)
    found = (appointment.region for appointment in cities if appointment.role in RUNNERS)
    return next(found, None)


def may_run(user: User, city_code: str) -> bool:
    """Whether the person may start and cancel simulations of a city."""
    return city_code in user.regions_for(*RUNNERS)
