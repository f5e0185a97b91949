"""Where a person's duties reach: the regions of their appointments with all below, and what belongs to no region.

What belongs to no region ("") concerns everybody: it is for those whose regions hold every official there is, that is
a province's people, or a city's where the portal serves one city alone.
"""

from django.db.models import Exists, Q, QuerySet

from portal.accounts.models import Appointment, User
from portal.core.regions import in_trees, within


def in_area(user: User, field: str, *roles: str, nowhere: Q | None = None) -> Q:
    """The condition that a code field (`region_code`, `region_id`) lies where the person holds one of the roles.

    `nowhere` is how a row says that it belongs to no region; an empty code unless given.
    """
    codes = user.regions_for(*roles)
    if not codes:
        return Q(pk__in=[])
    everywhere = (Q(**{field: ""}) if nowhere is None else nowhere) & Q(~Exists(_officials_outside(codes)))
    return in_trees(field, codes) | everywhere


def covers(user: User | None, code: str, *roles: str) -> bool:
    """Whether the person holds one of the roles in this region or in one above it; "" is everywhere."""
    return user is not None and _covered(code, user.regions_for(*roles))


def covers_now(user: User | None, code: str, *roles: str) -> bool:
    """As `covers`, asked of the database anew: for the last step, under the lock."""
    if user is None:
        return False
    held = user.appointments.in_force().filter(role__in=roles, user__is_active=True)
    return _covered(code, list(held.values_list("region_id", flat=True)))


def home_region(user: User | None) -> str:
    """Where a person belongs: the region of their first appointment, or of the first body they act for; "" for none."""
    if user is None:
        return ""
    homes = [a.region_id for a in user.active_appointments] or [m.applicant.region_id for m in user.active_memberships]
    return homes[0] if homes else ""


def _covered(code: str, codes: list[str]) -> bool:
    if code:
        return within(code, codes)
    return bool(codes) and not _officials_outside(codes).exists()


def _officials_outside(codes: list[str]) -> QuerySet[Appointment]:
    return Appointment.objects.in_force().exclude(in_trees("region__code", codes))
