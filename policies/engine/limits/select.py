"""`select`: so many claims a year, those with the highest scores; each district may have a number of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from policies.engine.limits.selecting import Selection
from policies.engine.problems import problem_code
from policies.engine.scopes import DISTRICT_YEAR
from policies.engine.spec import COUNT, COUNT_BY_WORD, key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policies.engine.problems import Fault, Place

NOT_BY_DISTRICT = problem_code(
    "not_by_district",
    "各区名额不同时应按各区合计",
    "per 请写 [district, year]",
    form="填写了各区名额，请按“每个区，每年”合计。",
)


@dataclass(frozen=True, kw_only=True)
class Select(Selection):
    """The `select` claims with the highest scores of a year are supported; of the `districts` named, so many each."""

    kind = "select"
    label = "打分择优（按名额）"
    help = "每年按得分从高到低支持多少件，各区可以不同；可以定最低得分，以及末位同分时怎么办"
    order = 25

    select: int = key(COUNT, "每年多少个名额")
    districts: Mapping[str, int] | None = key(
        COUNT_BY_WORD,
        "各区名额",
        help="各区不同时每行一个区，写成“区名=名额”，如 滨湖区=5；没有列出的区按上面的名额",
        default=None,
        shown=True,
    )

    def of_district(self, name: str | None) -> Self:
        if self.districts is None:
            return self
        return replace(self, select=self.districts.get(name or "", self.select), districts=None)

    def steps(self, ranked: int) -> tuple[int, ...]:
        del ranked
        return (self.select,)

    def facts(self) -> Iterator[str]:
        yield from super().facts()
        if self.districts is not None:
            yield "applicant_region"

    @property
    def districts_named(self) -> Iterable[str]:
        return self.districts or ()

    @property
    def most(self) -> int:
        return max((self.select, *(self.districts or {}).values()))

    @property
    def how_many(self) -> str:
        own = "、".join(f"{name} {places} 个" for name, places in (self.districts or {}).items())
        return f" {self.select} 个{f'（{own}）' if own else ''}"

    def problems(self, item_id: str, types: Mapping[str, str]) -> Iterator[tuple[Place, Fault]]:
        yield from super().problems(item_id, types)
        if self.districts is not None and self.scope is not DISTRICT_YEAR:
            yield ("per",), NOT_BY_DISTRICT.fault()

    def figures(self) -> Mapping[str, str]:
        return {"select": "每年择优名额", "districts": "各区名额", **super().figures()}
