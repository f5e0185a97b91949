"""Who may make a city's calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.accounts.enums import Role

if TYPE_CHECKING:
    from portal.accounts.models import User


def administers(user: User | None, region_id: str) -> bool:
    """Whether the person administers the policy of this city."""
    return user is not None and region_id in user.regions_for(Role.POLICY_ADMIN)
