"""`share_sums`: so much for the best part of a year's claims, less for the next (优秀、良好、合格)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from policies.engine.limits.sharing import ShareSelection
from policies.engine.money import money_text, number_text, ratio_text
from policies.engine.problems import problem_code
from policies.engine.spec import SUM_BY_BOUND, Bounds, key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.problems import Fault, Place

NOT_A_SHARE = problem_code(
    "not_a_share",
    "{share} 不是比例",
    "各档请写到前百分之几，如 30%，最多 100%",
    form="“{share}”不是比例，各档请写到前百分之几，如 30%=100000，最多 100%。",
)


@dataclass(frozen=True, kw_only=True)
class ShareSums(ShareSelection):
    """The best part of a year's claims gets at most the sum of the first step, the next that of the second, and so on.

    The steps are written by the share up to which they reach: 20% and 50% mean the best fifth, and the next 30 %.
    """

    kind = "share_sums"
    label = "评级（按名次比例定金额）"
    help = "如前 20% 奖 20 万元、前 50% 奖 10 万元、其余 5 万元（写 100%）；前面步骤的金额写最高一档"
    order = 29
    preset: ClassVar = {**ShareSelection.preset, "share_sums": {"20%": "", "50%": "", "100%": ""}}

    share_sums: Bounds = key(SUM_BY_BOUND, "各档金额", help="每行一档，写成“到前百分之几=金额（元）”，如 20%=200000")

    def steps(self, ranked: int) -> tuple[int, ...]:
        return tuple(self.part(share, ranked) for share, _ in self.share_sums)

    @property
    def sums(self) -> tuple[int, ...]:
        return tuple(fen for _, fen in self.share_sums)

    @property
    def how_many(self) -> str:
        steps = "，".join(f"前 {ratio_text(share)} {money_text(fen)}" for share, fen in self.share_sums)
        return f"{self.of_whom}{steps}（{self.rounded}）"

    def problems(self, item_id: str, types: Mapping[str, str]) -> Iterator[tuple[Place, Fault]]:
        yield from super().problems(item_id, types)
        for share, _ in self.share_sums:
            if not 0 < share <= 1:
                yield ("share_sums",), NOT_A_SHARE.fault(share=number_text(share))

    def figures(self) -> Mapping[str, str]:
        return {"share_sums": "各档金额", **super().figures()}
