"""`rank_sums`: prizes of a year by rank, so much for the first and less for the next (一、二、三等奖)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from policies.engine.limits.selecting import Selection
from policies.engine.money import money_text, number_text
from policies.engine.problems import problem_code
from policies.engine.spec import SUM_BY_BOUND, Bounds, key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.problems import Fault, Place

NOT_A_RANK = problem_code(
    "not_a_rank",
    "{rank} 不是名次",
    "各档请写到第几名，如 3",
    form="“{rank}”不是名次，各档请写到第几名，如 3=300000。",
)


@dataclass(frozen=True, kw_only=True)
class RankSums(Selection):
    """The claims with the highest scores of a year get at most the sum of their rank's step, and those past it nothing.

    The steps are written by their last rank: 1, 3 and 10 mean the first, the next two, and the next seven.
    """

    kind = "rank_sums"
    label = "评奖（按名次定金额）"
    help = "如第 1 名 50 万元、第 2 至 3 名 30 万元、第 4 至 10 名 10 万元；前面步骤的金额写最高一档"
    order = 28
    preset: ClassVar = {**Selection.preset, "rank_sums": {"1": "", "3": "", "10": ""}}

    rank_sums: Bounds = key(SUM_BY_BOUND, "各名次金额", help="每行一档，写成“到第几名=金额（元）”，如 3=300000")

    def steps(self, ranked: int) -> tuple[int, ...]:
        del ranked
        return tuple(int(last) for last, _ in self.rank_sums)

    @property
    def most(self) -> int:
        return self.steps(0)[-1]

    @property
    def sums(self) -> tuple[int, ...]:
        return tuple(fen for _, fen in self.rank_sums)

    @property
    def how_many(self) -> str:
        return f" {self.most} 个（{self._told}）"

    @property
    def _told(self) -> str:
        firsts = [1, *(int(last) + 1 for last, _ in self.rank_sums[:-1])]
        steps = zip(firsts, self.rank_sums, strict=True)
        return "，".join(
            f"第 {first}{f' 至 {number_text(last)}' if last > first else ''} 名 {money_text(fen)}"
            for first, (last, fen) in steps
        )

    def problems(self, item_id: str, types: Mapping[str, str]) -> Iterator[tuple[Place, Fault]]:
        yield from super().problems(item_id, types)
        for last, _ in self.rank_sums:
            if last < 1 or last.denominator != 1:
                yield ("rank_sums",), NOT_A_RANK.fault(rank=number_text(last))

    def figures(self) -> Mapping[str, str]:
        return {"rank_sums": "各名次金额", **super().figures()}
