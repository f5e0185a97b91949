"""Payment in stages (分期拨付), as an item says it: shares of what is granted, due at once or after a milestone. Pure.

The sum that a claim gets is the same: stages only say when which part of it is paid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from policies.engine.money import parse_ratio, ratio_text
from policies.engine.problems import Fault, Place, problem_code
from policies.engine.shortage import share_by_largest_remainder

MOST_STAGES = 6
TOO_FEW_STAGES = problem_code(
    "stages_too_few",
    "分期应为 2 至 {most} 期",
    "一次拨付的请删除 stages",
    form="分期应为 2 至 {most} 期；一次拨付的请删除各期。",
)
SHARES_OF_STAGES = problem_code(
    "shares_of_stages",
    "各期比例合计为 {total}",
    "请改为合计 100%",
    form="各期比例合计为 {total}，应为 100%，请改正。",
)
NO_MILESTONE = problem_code(
    "no_milestone",
    "第 {number} 期没有拨付节点",
    "第二期起请写 milestone",
    form="第 {number} 期没有写拨付节点，第二期起请写明，如“项目验收合格”。",
)
NO_MONEY_IN_STAGES = problem_code(
    "no_money_in_stages", "没有金额可以分期", "请删除 stages", form="没有金额可以分期拨付，请删除各期。"
)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its share, the milestone after which it is due ("" at once), and within how many working days."""

    share: Fraction
    milestone: str = ""
    days: int | None = None

    @property
    def when(self) -> str:
        """When it is paid, in words."""
        within = f"（{self.days} 个工作日内）" if self.days else ""
        return f"{self.milestone or '批准后'}{within}"

    @property
    def words(self) -> str:
        return f"{self.when} {ratio_text(self.share)}"


def read_stages(content: Mapping[str, Any]) -> tuple[Stage, ...]:
    """The stages of an item in normal form, none where it is paid at once."""
    return tuple(
        Stage(parse_ratio(one["share"]), one.get("milestone", ""), one.get("days")) for one in content.get("stages", ())
    )


def sums_of(parts: Sequence[int], stages: Sequence[Stage]) -> list[int]:
    """What is paid in each stage, in fen, where each of several payers pays its part in these stages."""
    return [sum(column) for column in zip(*(parts_of(fen, stages) for fen in parts), strict=True)]


def parts_of(fen: int, stages: Sequence[Stage]) -> list[int]:
    """What is paid in each stage: the shares of `fen`, by largest remainder, so that they add up to it."""
    return share_by_largest_remainder(fen, [stage.share for stage in stages])


def sentence(stages: Sequence[Stage]) -> str:
    """The stages in plain words, empty where there are none."""
    return f"分 {len(stages)} 期拨付：{'，'.join(stage.words for stage in stages)}" if stages else ""


def problems(stages: Sequence[Stage], *, pays: bool) -> Iterator[tuple[Place, Fault]]:
    """Faults of meaning of the stages of an item, each with its place in the list."""
    if not stages:
        return
    if not pays:
        yield (), NO_MONEY_IN_STAGES.fault()
    if not 2 <= len(stages) <= MOST_STAGES:
        yield (), TOO_FEW_STAGES.fault(most=MOST_STAGES)
    total = sum((stage.share for stage in stages), Fraction(0))
    if total != 1:
        yield (), SHARES_OF_STAGES.fault(total=ratio_text(total))
    for number, stage in enumerate(stages[1:], start=2):
        if not stage.milestone:
            yield (number - 1, "milestone"), NO_MILESTONE.fault(number=number)
