"""Who simulates, and who reads what was simulated. A simulation belongs to a city."""

from django.db.models import Q

from portal.accounts.areas import covers_now
from portal.accounts.enums import RegionLevel, Role
from portal.accounts.models import Region, User
from portal.core.regions import in_trees

RUNNERS = (Role.POLICY_ADMIN, Role.CITY_OFFICER, Role.DECISION_MAKER)
READERS = (*RUNNERS, Role.AUDITOR)


def readable_cities(user: User) -> Q:
    """The condition under which a run may be read: it is of a city of one's own, or of one's province."""
    return in_trees("city__code", user.regions_for(*READERS))


def running_city(user: User) -> Region | None:
    """The city in which this person simulates; None for those who only read, and for a district's decision-maker."""
    cities = (a for a in user.active_appointments if a.region.level == RegionLevel.CITY)
    found = (appointment.region for appointment in cities if appointment.role in RUNNERS)
    return next(found, None)


def may_run(user: User, city_code: str) -> bool:
    """Whether the person may start and cancel simulations of a city."""
    return covers_now(user, city_code, *RUNNERS)
