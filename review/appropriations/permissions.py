"""Who makes, checks and issues what gives a city's money to its districts, and who reads it."""

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from portal.accounts.areas import covers_now
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.accounts.persons import same_person
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.regions import in_trees

MAKERS = (Role.FINANCE,)
CHECKERS = (Role.FINANCE, Role.DECISION_MAKER)
READERS = (*CHECKERS, Role.AUDITOR)


def readable(user: User, issued: Q) -> Q:
    """A city's own people read everything of theirs; a district's read what was `issued` by their city."""
    own = Q(region_id__in=user.regions_for(*CHECKERS)) | in_trees("region__code", user.regions_for(Role.AUDITOR))
    cities = [a.region.parent_id for a in user.active_appointments if a.role in READERS and a.region.parent_id]
    return own | (Q(region_id__in=cities) & issued)


def acting(act: ActorContext, region_code: str, *roles: Role) -> User:
    """The person who acts, who holds one of the roles in that very region now. Raises PermissionDenied."""
    user = act.user
    if user is None or region_code not in user.regions_for(*roles) or not covers_now(user, region_code, *roles):
        labels = "、".join(role.label for role in roles)
        raise PermissionDenied(f"只有本级的{labels}可以办理。")
    return user


def second_person(user: User, *, first_id: int | None, deed: str) -> None:
    """Raise RefusedError where who acts is the person that did the step before."""
    if same_person(user, first_id):
        raise RefusedError(f"{deed}须由另一人办理：您已经办理了上一步。")
