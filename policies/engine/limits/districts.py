"""Places of a year that are not the same number in every district, as `count` and `select` say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from policies.engine.limits.base import Limit
from policies.engine.problems import problem_code
from policies.engine.scopes import DISTRICT_YEAR
from policies.engine.spec import COUNT_BY_WORD, key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policies.engine.problems import Fault, Place
    from policies.engine.scopes import Scope

NOT_BY_DISTRICT = problem_code(
    "not_by_district",
    "各区名额不同时应按各区合计",
    "per 请写 [district, year]",
    form="填写了各区名额，请按“每个区，每年”合计。",
)


@dataclass(frozen=True, kw_only=True)
class PlacesByDistrict(Limit):
    """So many places a year as the key that tells the limit says, and of the `districts` named so many each."""

    districts: Mapping[str, int] | None = key(
        COUNT_BY_WORD,
        "各区名额",
        help="各区不同时每行一个区，写成“区名=名额”，如 滨湖区=5；没有列出的区按上面的名额",
        default=None,
        shown=True,
    )

    def of_district(self, name: str | None) -> Self:
        """The rule for the claims of a district."""
        if self.districts is None:
            return self
        own: dict[str, Any] = {self.kind: self.districts.get(name or "", self._elsewhere)}
        return replace(self, districts=None, **own)

    @property
    def _elsewhere(self) -> int:
        places: int = getattr(self, self.kind)
        return places

    @property
    def most(self) -> int:
        """The most places that there are anywhere."""
        return max((self._elsewhere, *(self.districts or {}).values()))

    @property
    def districts_told(self) -> str:
        """The districts with a number of their own, in words; empty for none."""
        own = "、".join(f"{name} {places} 个" for name, places in (self.districts or {}).items())
        return own and f"（{own}）"

    def facts(self) -> Iterator[str]:
        yield from super().facts()
        if self.districts is not None:
            yield "applicant_region"

    @property
    def districts_named(self) -> Iterable[str]:
        return self.districts or ()

    def problems_of_districts(self, scope: Scope) -> Iterator[tuple[Place, Fault]]:
        """Districts are told apart only where each has places of its own."""
        if self.districts is not None and scope is not DISTRICT_YEAR:
            yield ("per",), NOT_BY_DISTRICT.fault()
