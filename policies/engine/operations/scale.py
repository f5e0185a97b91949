"""`scale`: a share of the amount so far, for some applicants only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from policies.engine.columns.arithmetic import times_factor
from policies.engine.money import money_text
from policies.engine.operations.base import Label, Operation, Role, Wording, holds_for, stop_unknown
from policies.engine.spec import FACTOR, ONLY, TEXT, key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step


@dataclass(frozen=True, kw_only=True)
class Scale(Operation):
    """Makes the amount `ratio` of it, less or more, where `only` holds; what is no amount yet counts as zero."""

    verb = "scale"
    label = "部分申请人打折或上浮"
    help = "例如个人减半、高新技术企业上浮 20%"
    role = Role.CHANGES
    order = 70
    preset: ClassVar = {"label": "个人减半", "ratio": "1/2", "only": {"field": "applicant_kind", "in": ["individual"]}}
    readings = frozenset({"fen_floor"})

    ratio: Fraction = key(FACTOR, "比例", help="如 50%、1/2；上浮 20% 写 120%")
    called: str = key(TEXT, "在依据里怎么称呼", name="label")
    only: Mapping[str, Any] | None = key(ONLY, "只对谁", default=None)

    def compile(self, context: Context) -> Step:
        ratio, part, predicate = self.ratio, context.part(), context.only(self.only)
        code, called = self.code or "SCALE", self.called
        note = context.note(code, lambda figures: f"{called}：{money_text(figures[0])}", cite=self.cite)
        skipped = context.note(code, f"{called}不适用", cite=self.cite)

        def run(line: Line) -> bool:
            if predicate is not None and not holds_for(predicate, self.only, line):
                if line.missing:
                    return True
                line.note(skipped, applied=False)
                return False
            line.amount = part(line.amount or 0, ratio)
            line.note(note, (line.amount,))
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        ratio, share, only = self.ratio, context.share, context.only(self.only)

        def run(lines: Lines) -> None:
            stop_unknown(only, lines)
            acts = lines.running if only is None else lines.running & only(lines)[0]
            lines.set_amount(times_factor(lines.amount, ratio, share, context.item), acts)

        return run

    @property
    def largest_factor(self) -> Fraction:
        return self.ratio

    def sentence(self, label: Label) -> str:
        return self.called

    def bounds(self, words: Wording) -> Iterator[str]:
        yield self.called

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"ratio": self.called}
