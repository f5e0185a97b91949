"""`select_share`: of the claims of a year the part with the highest scores (前 30%)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, ClassVar

from policies.engine.limits.selecting import Selection
from policies.engine.money import ratio_text
from policies.engine.spec import COUNT, RATIO, key

if TYPE_CHECKING:
    from collections.abc import Mapping

REACHED = "reached"
_BASES = {"ranked": "参加排名的全部", REACHED: "达到最低得分的"}
_ROUNDINGS = {
    "down": ("不足一个的舍去", floor),
    "up": ("不足一个的按一个", ceil),
    "half_up": ("四舍五入", lambda exact: floor(exact + Fraction(1, 2))),
}


@dataclass(frozen=True, kw_only=True)
class SelectShare(Selection):
    """The share `select_share` of the claims of a year with the highest scores is supported, `at_most` so many.

    `base`: of which claims it is a share, those that nothing else stands against, or of them those with the score that
    is needed. `rounding`: what becomes of a part of a place.
    """

    kind = "select_share"
    label = "打分择优（按比例）"
    help = "每年按得分从高到低支持前百分之几；可以定最低得分、最多几个，以及末位同分时怎么办"
    order = 27
    preset: ClassVar = {**Selection.preset, "base": "ranked", "rounding": "down"}

    select_share: Fraction = key(RATIO, "前百分之几", help="如 30%")
    base: str = key(_BASES, "占哪些申报的百分之几")
    rounding: str = key({name: label for name, (label, _) in _ROUNDINGS.items()}, "不是整数时")
    at_most: int | None = key(COUNT, "最多多少个", help="不设的留空", default=None, shown=True)

    is_share = True

    def places(self, ranked: int) -> int:
        found = _ROUNDINGS[self.rounding][1](self.select_share * ranked)
        return found if self.at_most is None else min(found, self.at_most)

    @property
    def most(self) -> int | None:
        return self.at_most

    @property
    def counts_all(self) -> bool:
        return self.base != REACHED

    @property
    def how_many(self) -> str:
        most = "" if self.at_most is None else f"、最多 {self.at_most} 个"
        of = "达到最低得分的" if self.base == REACHED else ""
        return f"{of}前 {ratio_text(self.select_share)}（{_ROUNDINGS[self.rounding][0]}{most}）"

    def figures(self) -> Mapping[str, str]:
        most = {} if self.at_most is None else {"at_most": "每年最多名额"}
        return {"select_share": "每年择优比例", **most, **super().figures()}
