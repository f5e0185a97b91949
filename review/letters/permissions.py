"""Who may write on a claim, and as which side."""

from enum import StrEnum

from applications.claims.models import Claim
from applications.claims.permissions import stands_for
from applications.mandates.enums import Right
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.regions import same_branch

WRITERS = (
    Role.ACCEPTANCE,
    Role.DISTRICT_FIRST,
    Role.DISTRICT_SECOND,
    Role.CITY_OFFICER,
    Role.DECISION_MAKER,
    Role.FINANCE,
)


class Side(StrEnum):
    APPLICANT = "applicant"
    OFFICE = "office"


def side_of(user: User, claim: Claim) -> Side | None:
    """The side for which a person who sees the claim may write; None for who only reads."""
    if stands_for(user, claim, Right.CORRECT):
        return Side.APPLICANT
    at_work = any(same_branch(region, claim.region_id) for region in user.regions_for(*WRITERS))
    return Side.OFFICE if at_work else None
