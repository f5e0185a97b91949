"""Who may hold which duties together: plain values in, words for people out."""

from collections.abc import Iterable

from portal.accounts.enums import INCOMPATIBLE, ROLE_LEVELS, Reach, RegionLevel, Role
from portal.core.regions import same_branch


def appointment_problem(
    role: str, *, region_code: str, region_level: str, held: Iterable[tuple[str, str]]
) -> str | None:
    """Why a person who holds `held` (roles with region codes) may not take a role in a region; None where they may.

    District duties belong to districts and city duties to cities; `INCOMPATIBLE` says which do not go together.
    """
    wanted = Role(role)
    if region_level not in ROLE_LEVELS[wanted]:
        levels = "或".join(RegionLevel(level).label for level in sorted(ROLE_LEVELS[wanted]))
        return f"“{wanted.label}”只能在{levels}一级任职，请另选地区。"
    for other, other_region in held:
        if other == wanted and other_region == region_code:
            return f"此人已在该地区担任“{wanted.label}”。"
        if problem := conflict((other, other_region), (role, region_code)):
            return f"{problem}请另选人员，或先免去原职责。"
    return None


def conflict(one: tuple[str, str], other: tuple[str, str]) -> str:
    """Why one person may not hold both duties (role and region code), "" where they may."""
    first, second = Role(one[0]), Role(other[0])
    reach = INCOMPATIBLE.get(frozenset({first, second}))
    if reach is Reach.EVERYWHERE:
        return (
            f"系统管理、安全管理和审计三员分立，且不得兼任业务职责：“{first.label}”与“{second.label}”不能由同一人担任。"
        )
    if reach is Reach.SAME_BRANCH and same_branch(one[1], other[1]):
        return f"不相容职责须由不同的人担任：同一地区的“{first.label}”与“{second.label}”不能由同一人担任。"
    return ""
