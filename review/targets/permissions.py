"""Who enters measured values and progress: a city's officers and policy administrators, a district's own reviewers."""

from django.db.models import Q

from portal.accounts.areas import in_area
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.regions import in_trees

_CITY = (Role.POLICY_ADMIN, Role.CITY_OFFICER)
_DISTRICT = (Role.DISTRICT_FIRST, Role.DISTRICT_SECOND)
RECORDERS = (*_CITY, *_DISTRICT)


def recordable_documents(user: User, prefix: str = "") -> Q:
    """The condition under which a person may record on a document (reached through `prefix`, e.g. "document__").

    A document's region, or one above it; one that names no area is for policy administrators of everything.
    """
    field, unnamed = f"{prefix}region__code", Q(**{f"{prefix}region": None})
    everywhere = in_area(user, field, Role.POLICY_ADMIN, nowhere=unnamed)
    return everywhere | in_trees(field, user.regions_for(Role.CITY_OFFICER, *_DISTRICT))
