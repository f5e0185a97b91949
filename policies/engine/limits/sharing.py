"""What selections by share have in common: of which claims they are shares, and what becomes of a part of a place."""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import ClassVar

from policies.engine.limits.selecting import Selection
from policies.engine.spec import COUNT, key

REACHED = "reached"
_BASES = {"ranked": "参加排名的全部", REACHED: "达到最低得分的"}
_ROUNDINGS = {
    "down": ("不足一个的舍去", floor),
    "up": ("不足一个的按一个", ceil),
    "half_up": ("四舍五入", lambda exact: floor(exact + Fraction(1, 2))),
}


@dataclass(frozen=True, kw_only=True)
class ShareSelection(Selection, ABC):
    """Selects shares of the claims of a year, `at_most` so many.

    `base`: of which claims they are shares, those that nothing else stands against, or of them those with the score
    that is needed. `rounding`: what becomes of a part of a place.
    """

    preset: ClassVar = {**Selection.preset, "base": "ranked", "rounding": "down"}
    is_share = True

    base: str = key(_BASES, "占哪些申报的百分之几")
    rounding: str = key({name: label for name, (label, _) in _ROUNDINGS.items()}, "不是整数时")
    at_most: int | None = key(COUNT, "最多多少个", help="不设的留空", default=None, shown=True)

    def part(self, share: Fraction, ranked: int) -> int:
        """How many places a share gives of so many claims."""
        found: int = _ROUNDINGS[self.rounding][1](share * ranked)
        return found if self.at_most is None else min(found, self.at_most)

    @property
    def most(self) -> int | None:
        return self.at_most

    @property
    def counts_all(self) -> bool:
        return self.base != REACHED

    @property
    def of_whom(self) -> str:
        """Whose share it is, in words before the share."""
        return "达到最低得分的" if self.base == REACHED else ""

    @property
    def rounded(self) -> str:
        """How it is rounded, and how many there are at most, in words."""
        most = "" if self.at_most is None else f"、最多 {self.at_most} 个"
        return f"{_ROUNDINGS[self.rounding][0]}{most}"
