"""`select`: so many claims a year, those with the highest scores; each district may have a number of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policies.engine.limits.districts import PlacesByDistrict
from policies.engine.limits.selecting import Selection
from policies.engine.spec import COUNT, key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.problems import Fault, Place


@dataclass(frozen=True, kw_only=True)
class Select(PlacesByDistrict, Selection):
    """The `select` claims with the highest scores of a year are supported; of the `districts` named, so many each."""

    kind = "select"
    label = "打分择优（按名额）"
    help = "每年按得分从高到低支持多少件，各区可以不同；可以定最低得分，以及末位同分时怎么办"
    order = 25

    select: int = key(COUNT, "每年多少个名额")

    def steps(self, ranked: int) -> tuple[int, ...]:
        del ranked
        return (self.select,)

    @property
    def how_many(self) -> str:
        return f" {self.select} 个{self.districts_told}"

    def problems(self, item_id: str, types: Mapping[str, str]) -> Iterator[tuple[Place, Fault]]:
        yield from super().problems(item_id, types)
        yield from self.problems_of_districts(self.scope)

    def figures(self) -> Mapping[str, str]:
        return {"select": "每年择优名额", "districts": "各区名额", **super().figures()}
