"""Who may make a city's calls."""

from portal.accounts.areas import covers_now
from portal.accounts.enums import Role
from portal.accounts.models import User


def administers(user: User | None, region_id: str) -> bool:
    """Whether the person administers the policy of this city, as it stands now."""
    return covers_now(user, region_id, Role.POLICY_ADMIN)
