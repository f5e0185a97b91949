"""Who may hold which duties together: plain values in, words for people out."""

from collections.abc import Iterable

from portal.accounts.enums import BUSINESS_ROLES, ROLE_LEVELS, SEPARATE_DUTIES, RegionLevel, Role
from portal.core.regions import same_branch


def appointment_problem(
    role: str, *, region_code: str, region_level: str, held: Iterable[tuple[str, str]]
) -> str | None:
    """Why a person who holds `held` (roles with region codes) may not take a role in a region; None where they may.

    District duties belong to districts and city duties to cities; a system administrator does no business;
    acceptance, both district reviews, city review, decision and payment are different people's duties.
    """
    wanted = Role(role)
    if region_level not in ROLE_LEVELS[wanted]:
        levels = "或".join(RegionLevel(level).label for level in sorted(ROLE_LEVELS[wanted]))
        return f"“{wanted.label}”只能在{levels}一级任职，请另选地区。"
    for other, other_region in held:
        if other == wanted and other_region == region_code:
            return f"此人已在该地区担任“{wanted.label}”。"
        duties = {Role(other), wanted}
        if Role.SYSTEM_ADMIN in duties and duties & BUSINESS_ROLES:
            return f"系统管理员不得兼任业务职责：“{wanted.label}”与“{Role(other).label}”不能由同一人担任。"
        if len(duties) == 2 and duties <= SEPARATE_DUTIES and same_branch(other_region, region_code):
            return (
                f"不相容职责须由不同的人担任：此人已担任“{Role(other).label}”，"
                f"不能再在同一地区担任“{wanted.label}”。请另选人员，或先免去原职责。"
            )
    return None
