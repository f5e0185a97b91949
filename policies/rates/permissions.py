"""Who may enter and confirm the rates of a region."""

from portal.accounts.areas import covers_now
from portal.accounts.enums import Role
from portal.accounts.models import Region, User


def administers(user: User | None, region: Region) -> bool:
    """Whether the person administers the policy of the region, or of one above it, as it stands now."""
    return covers_now(user, region.pk, Role.POLICY_ADMIN)
