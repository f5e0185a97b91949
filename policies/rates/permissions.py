"""Who may enter and confirm the rates of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.accounts.enums import Role

if TYPE_CHECKING:
    from portal.accounts.models import Region, User


def administers(user: User | None, region: Region) -> bool:
    """Whether the person administers the policy of the region, or of the city it belongs to."""
    return user is not None and bool({region.pk, region.parent_id} & set(user.regions_for(Role.POLICY_ADMIN)))
