"""`select_share`: of the claims of a year the part with the highest scores (前 30%)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from policies.engine.limits.sharing import ShareSelection
from policies.engine.money import ratio_text
from policies.engine.spec import RATIO, key

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class SelectShare(ShareSelection):
    """The share `select_share` of the claims of a year with the highest scores is supported."""

    kind = "select_share"
    label = "打分择优（按比例）"
    help = "每年按得分从高到低支持前百分之几；可以定最低得分、最多几个，以及末位同分时怎么办"
    order = 26

    select_share: Fraction = key(RATIO, "前百分之几", help="如 30%")

    def steps(self, ranked: int) -> tuple[int, ...]:
        return (self.part(self.select_share, ranked),)

    @property
    def how_many(self) -> str:
        return f"{self.of_whom}前 {ratio_text(self.select_share)}（{self.rounded}）"

    def figures(self) -> Mapping[str, str]:
        most = {} if self.at_most is None else {"at_most": "每年最多名额"}
        return {"select_share": "每年择优比例", **most, **super().figures()}
