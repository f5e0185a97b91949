"""`joint_share`: what falls to one of several joint holders."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.checks import MAX_COUNT
from policies.engine.columns.arithmetic import share_of_each
from policies.engine.columns.population import PopulationError
from policies.engine.money import money_text, number_text, ratio_text
from policies.engine.operations.base import Label, Operation, Role, Wording
from policies.engine.spec import FACT, key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step


WAYS = {"percent": "份额（百分数，大于 0，至多 100）", "holders": "共有人数，平均分"}
_WHOLE = 100
# Shares of a ten-thousandth of a percent: more would pass what `share_of_each` holds.
_FINEST = 10_000


@dataclass(frozen=True, kw_only=True)
class JointShare(Operation):
    """Cuts the amount to the applicant's share: so many percent, or one part for each holder.

    A percentage that is not above 0 and at most 100, and less than one holder or no whole number of them, are no
    shares: the fact counts as missing.
    """

    verb = "joint_share"
    label = "按份额或完成比例"
    help = "共同申请、共有权利只按本单位的份额计；也可按任务完成的百分比计"
    role = Role.CHANGES
    order = 77
    preset: ClassVar = {"way": "percent"}
    readings = frozenset({"fen_floor"})

    field: str = key(FACT, "份额或人数填在", types=("integer", "number"), asks=True)
    way: str = key(WAYS, "怎么填")

    def compile(self, context: Context) -> Step:
        field, by_holders, part = self.field, self.way == "holders", context.part()

        def words(figures: tuple[Any, ...]) -> str:
            number, ratio, fen = figures
            share = f"{number_text(Fraction(number))} 人平均" if by_holders else ratio_text(ratio)
            return f"{context.label(field)} {share}，计 {money_text(fen)}"

        note = context.note(self.code or "JOINT", words, cite=self.cite)

        def run(line: Line) -> bool:
            number = line.facts.get(field)
            given = None if isinstance(number, str | tuple | None) else Fraction(number)
            if given is None or given <= 0 or (given.denominator != 1 if by_holders else given > _WHOLE):
                line.missing.append(field)
                return True
            ratio = 1 / given if by_holders else given / _WHOLE
            line.amount = part(line.amount or 0, ratio)
            line.note(note, (number, ratio, line.amount), applied=ratio != 1)
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        context.need(self.field, "integer", "number")
        by_holders, half_up = self.way == "holders", not context.settings.get("fen_floor", True)

        def run(lines: Lines) -> None:
            values, scale, stated = lines.numbers(self.field)
            shares = lines.words_stated(self.field) & stated & (values > 0)
            shares &= values % scale == 0 if by_holders else values <= _WHOLE * scale
            lines.stop_missing(lines.running & ~shares)
            values = np.where(shares, values, scale).astype(np.int64)
            if scale > _FINEST or int(values.max(initial=0)) > MAX_COUNT * scale:
                raise PopulationError(f"{context.item}: {self.field} has too many decimals")
            one, whole = (values // values, values // scale) if by_holders else (values, values * 0 + _WHOLE * scale)
            lines.set_amount(share_of_each(lines.amount, one, whole, half_up=half_up), lines.running)

        return run

    def edges(self) -> Iterator[tuple[str, Fraction | str]]:
        yield from ((self.field, Fraction(number)) for number in (1, 3, _WHOLE))

    def sentence(self, label: Label) -> str:
        return f"按{label(self.field)}{'平均计' if self.way == 'holders' else '计'}"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield self.sentence(words.label)
