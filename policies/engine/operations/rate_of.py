"""`rate_of`: a share of costs that were paid."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.money import money_text, parse_ratio, ratio_text
from policies.engine.operations.base import SUMS, ItemSteps, Label, Wording, joined
from policies.engine.operations.setter import Setter
from policies.engine.operations.stated import first_stated, first_stated_columns
from policies.engine.problems import problem_code
from policies.engine.spec import FACT, FACTS, FLAG, RATIO, SETTING, YUAN, key
from policies.engine.terms import NATURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step
    from policies.engine.problems import Fault, Place

ONE_RATIO = problem_code(
    "one_ratio",
    "比例要么写明，要么取自设置",
    "请只写 ratio 或 ratio_setting 之一",
    form="比例要么填写，要么取自口径，请只填一个。",
)
COMBINATIONS = {"sum": "相加", "largest": "取最大的一项"}


@dataclass(frozen=True, kw_only=True)
class RateOf(Setter):
    """Sets the amount to a share of the given costs, added up; absent ones are not claimed.

    Without a ratio, the sum of `or_field` (a district's own rule) stands in; without that, the ratio is missing.
    """

    verb = "rate_of"
    label = "按费用的比例"
    help = "实际费用乘以比例；几项费用相加，或取最大的一项"
    order = 20
    preset: ClassVar = {"nature": "ceiling"}
    readings = frozenset({"fen_floor"})

    fields: tuple[str, ...] = key(FACTS, "哪些费用", types=SUMS, asks=True)
    nature: str = key(NATURES, "定额还是最高额")
    ratio: Fraction | None = key(RATIO, "比例", help="如 50% 或 1/2", default=None, shown=True)
    ratio_setting: str | None = key(SETTING, "比例取自口径", help="比例由各区确定时选；与“比例”只填一个", default=None)
    above: int | None = key(YUAN, "起付线（元）", help="费用只计超过这个数的部分", default=None)
    less: str | None = key(
        FACT, "只计比哪一项多的部分", help="如上一年度的同一项，只计增量", default=None, types=SUMS, asks=True
    )
    base_at_most: int | None = key(YUAN, "基数最高（元）", help="费用先封顶到这个数再乘比例", default=None)
    combine: str = key(COMBINATIONS, "几项费用怎么合计", default="sum")
    all: bool = key(FLAG, "每项费用都必须填", default=False)
    or_field: str | None = key(FACT, "没有比例时改用", default=None, types=SUMS, asks=False)

    @property
    def summed(self) -> tuple[str, ...]:
        return (*self.fields, *filter(None, (self.less,)))

    def chosen_ratio(self, settings: Mapping[str, Any]) -> Fraction | None:
        """The ratio under the chosen settings."""
        if self.ratio_setting is None:
            return self.ratio
        chosen = settings.get(self.ratio_setting)
        return None if chosen is None else parse_ratio(chosen)

    def base(self, fen: list[int], less: int) -> int:
        """What the ratio is taken of, in fen, of the costs that are given, less those that do not count."""
        base = max(fen) if self.combine == "largest" else sum(fen)
        base = max(base - less - (self.above or 0), 0)
        return base if self.base_at_most is None else min(base, self.base_at_most)

    def compile(self, context: Context) -> Step:
        ratio = self.chosen_ratio(context.settings)
        if ratio is None:
            setting = self.ratio_setting or "ratio"
            return first_stated(context, (self.or_field,), lambda line: line.missing.append(setting))
        fields, base_of, part = self.fields, self.base, context.part()
        most = f"{self.most} " if self.most else ""

        def words(figures: tuple[Any, ...]) -> str:
            parts, less, base, amount = figures
            named = " + ".join(f"{context.label(name)} {money_text(fen)}" for name, fen in parts)
            named += f" - {context.label(self.less or '')} {money_text(less)}" if less else ""
            named += "" if self.above is None else f"，只计超过 {money_text(self.above)} 的部分"
            counted = f"（计入基数 {money_text(base)}）" if len(parts) > 1 or base != parts[0][1] else ""
            return f"依据 {context.citation}：{named}{counted}，按{most}{ratio_text(ratio)} 计 {money_text(amount)}"

        note = context.note("RATE", words)

        def run(line: Line) -> bool:
            parts = [(name, int(value)) for name in fields if (value := line.value(name)) is not None]
            less = 0 if self.less is None else line.value(self.less)
            if not parts or less is None:
                line.missing.extend((str(self.less),) if parts else fields if self.all else fields[:1])
                return True
            base = base_of([fen for _, fen in parts], int(less))
            line.amount = part(base, ratio)
            line.note(note, (parts, int(less), base, line.amount))
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        context.need_sums(self.summed)
        ratio, share, fields, cap = self.chosen_ratio(context.settings), context.share, self.fields, self.base_at_most
        if ratio is None:
            return first_stated_columns(context, (self.or_field,), lambda lines, where: lines.stop_missing(where))
        chosen, largest = ratio, self.combine == "largest"

        def run(lines: Lines) -> None:
            base, known = lines.total(fields, largest=largest)
            if self.less is not None:
                less, stated = lines.sum(self.less)
                base, known = base - less, known & stated
            lines.stop_missing(lines.running & ~known)
            if self.less is not None or self.above is not None:
                base = np.maximum(base - (self.above or 0), 0)
            lines.set_amount(share(base if cap is None else np.minimum(base, cap), chosen), lines.running)

        return run

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        if (self.ratio is None) == (self.ratio_setting is None):
            yield ("ratio",), ONE_RATIO.fault()
        yield from super().problems(item, number)

    def sentence(self, label: Label) -> str:
        base = f"比{label(self.less)}多的部分" if self.less is not None else ""
        base += "" if self.above is None else f"超过 {money_text(self.above)}的部分"
        base += "" if self.base_at_most is None else f"（基数最高 {money_text(self.base_at_most)}）"
        share = "各区确定的比例" if self.ratio is None else f"{self.most} {ratio_text(self.ratio)}"
        return f"按{joined(self.fields, label, '与')}{base}的{share} 计"

    def heading(self, words: Wording) -> tuple[str, str]:
        ratio = self.chosen_ratio(words.settings)
        more = f"比{words.label(self.less)}多的部分" if self.less is not None else ""
        more += "" if self.above is None else f"超过 {words.sum(self.above)} 的部分"
        lead = f"按{joined(self.fields, words.label, '、')}{more}的{self.most}"
        return lead, ratio_text(ratio) if ratio is not None else "规定比例"

    def figures(self, label: Label) -> Mapping[str, str]:
        named = joined(self.fields, label, "、")
        return {
            "ratio": f"按{named}的{self.most}比例",
            "above": f"{named}的起付线",
            "base_at_most": f"{named}计入的上限",
        }
