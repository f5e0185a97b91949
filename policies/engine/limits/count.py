"""`count`: so many subsidies of an applicant or a right, or so many places a year for a city or district."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from policies.engine.limits.base import GROUP, CompiledLimit, Scoped
from policies.engine.limits.districts import PlacesByDistrict
from policies.engine.limits.places import PLACES, QuotaLimit
from policies.engine.limits.times import TimesLimit
from policies.engine.problems import problem_code
from policies.engine.scopes import DISTRICT_YEAR, TIMES
from policies.engine.spec import COUNT, key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.context import Context
    from policies.engine.operations.base import Label, Wording
    from policies.engine.problems import Fault, Place

TALLIES = {"paid": "以前批准过几次", "lines": "连同本次逐项计", "applicants": "每个主体占一个名额"}
WRONG_TALLY = problem_code(
    "wrong_tally",
    "次数与名额的计法不符",
    "次数用 paid 或 lines，年度名额用 lines 或 applicants",
    form="次数与名额的计法不符：次数请选以前批准过几次或逐项计（每件的次数只能逐项计），年度名额请选逐项计或每个主体占一个。",
)


@dataclass(frozen=True, kw_only=True)
class Count(Scoped, PlacesByDistrict):
    """An applicant, or a right, gets at most `count` subsidies; or there are so many places a year, by rank.

    Of the places of districts those named may have a number of their own.
    """

    kind = "count"
    label = "次数或名额"
    help = "同一主体或同一件（项目、合同）最多几次，可以每年和累计各一条；或全市、各区每年几个名额，先到先得"
    order = 20
    preset: ClassVar = {"code": "TIMES", "per": ["applicant"], "tally": "lines"}

    count: int = key(COUNT, "多少")
    tally: str = key(TALLIES, "怎么计数")
    group: str | None = key(GROUP, "与其他事项共用", help="几个事项写同一个组名，就共用这一个上限", default=None)

    @property
    def are_places(self) -> bool:
        """Whether places of a year are counted, and not the applicant's times."""
        return self.scope.is_shared

    @property
    def acts_as(self) -> object:
        return PLACES if self.are_places else (type(self), self.per)

    @property
    def repeats_rights(self) -> bool:
        return self.scope.by_subject and self.count > 1

    def compile(self, context: Context, *, item_id: str) -> CompiledLimit:
        most, cited = self.sentence(context.label), f"依据 {context.citation}："
        if self.are_places:
            rank = f"{most}，排名第"
            return QuotaLimit(
                rule=self,
                code=self.code,
                scope=self.scope,
                base=self.group or item_id,
                asks="places",
                count=self.most,
                group=self.group or f"{item_id}:{self.code}",
                by_lines=self.tally == "lines",
                note=self.note(context, lambda figures: f"{cited}{rank} {figures[0]}，不在名额内"),
                kept=self.note(context, lambda figures: f"{rank} {figures[0]}，在名额内"),
            )
        return TimesLimit(
            code=self.code,
            scope=self.scope,
            base=self.group or item_id,
            asks=f"{TIMES}{self.scope.ledger}",
            count=self.count,
            by_lines=self.tally == "lines",
            note=self.note(context, lambda figures: f"{cited}{most}，此前已支持 {figures[0]} 次"),
            cut=self.note(context, lambda figures: f"{most}，本次只计 {figures[0]} 项"),
        )

    def problems(self, item_id: str, types: Mapping[str, str]) -> Iterator[tuple[Place, Fault]]:
        """Times are counted by decisions or lines (of a right by lines), places of a year by lines or applicants."""
        tallies = ("lines", "applicants") if self.are_places else ("paid", "lines")
        if self.tally not in (tallies[1:] if self.scope.by_subject else tallies):
            yield ("tally",), WRONG_TALLY.fault()
        yield from self.scope_problems()
        yield from self.problems_of_districts(self.scope)

    def sentence(self, label: Label) -> str:
        if self.are_places:
            return f"{'各区' if self._by_district else ''}每年不超过 {self.count} 个名额{self.districts_told}"
        return f"{self._whose}最多支持 {self.count} 次"

    @property
    def _by_district(self) -> bool:
        return self.scope is DISTRICT_YEAR

    @property
    def _whose(self) -> str:
        if self.scope.is_rolling or self.scope.by_subject:
            return self.scope.name
        return f"同一{'集团' if self.scope.by_group else '主体'}{'每年' if self.scope.by_year else ''}"

    def short_name(self) -> str:
        if self.are_places:
            return "每年名额"
        return f"{'每件' if self.scope.by_subject else '每年' if self.scope.by_year else ''}次数上限"

    def bounds(self, words: Wording) -> Iterator[str]:
        if self.are_places:
            yield f"{self.scope.name} {self.count} 个名额{self.districts_told}"
        else:
            yield f"{self._whose}最多 {self.count} 次"

    def figures(self) -> Mapping[str, str]:
        if not self.are_places:
            return {"count": f"{self._whose}最多次数"}
        return {"count": "每年名额", "districts": "各区名额"}
