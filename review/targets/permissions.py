"""Who enters measured values and progress: a city's officers and policy administrators, a district's own reviewers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from portal.accounts.enums import Role

if TYPE_CHECKING:
    from portal.accounts.models import User

_CITY = (Role.POLICY_ADMIN, Role.CITY_OFFICER)
_DISTRICT = (Role.DISTRICT_FIRST, Role.DISTRICT_SECOND)
RECORDERS = (*_CITY, *_DISTRICT)


def recordable_documents(user: User, prefix: str = "") -> Q:
    """The condition under which a person may record on a document (reached through `prefix`, e.g. "document__").

    A document's region or the city it lies in; a document that names no area is any policy administrator's.
    """
    city, own = user.regions_for(*_CITY), user.regions_for(*_DISTRICT)
    allowed = Q(**{f"{prefix}region_id__in": [*city, *own]}) | Q(**{f"{prefix}region__parent_id__in": city})
    if user.regions_for(Role.POLICY_ADMIN):
        allowed |= Q(**{f"{prefix}region": None})
    return allowed
