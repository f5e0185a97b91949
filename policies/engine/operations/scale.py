"""`scale`: a share of the amount so far, for some applicants only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from policies.engine.columns.context import holds
from policies.engine.money import money_text
from policies.engine.operations.base import Label, Operation, Role, Wording
from policies.engine.spec import ONLY, RATIO, TEXT, key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.engine.columns.context import ColumnContext
    from policies.engine.columns.lines import Lines
    from policies.engine.context import Context
    from policies.engine.line import Line
    from policies.engine.operations.base import ColumnStep, Step


@dataclass(frozen=True, kw_only=True)
class Scale(Operation):
    """Cuts the amount to `ratio` of it where `only` holds; what is no amount yet counts as zero."""

    verb = "scale"
    label = "部分申请人打折"
    help = "例如个人减半"
    role = Role.CHANGES
    order = 70
    preset: ClassVar = {"label": "个人减半", "ratio": "1/2", "only": {"field": "applicant_kind", "in": ["individual"]}}
    readings = frozenset({"fen_floor"})

    ratio: Fraction = key(RATIO, "比例", help="如 50% 或 1/2")
    called: str = key(TEXT, "在依据里怎么称呼", name="label")
    only: Mapping[str, Any] | None = key(ONLY, "只对谁", default=None)

    def facts(self) -> Iterator[tuple[str, bool]]:
        if self.only is not None:
            yield self.only["field"], False

    def compile(self, context: Context) -> Step:
        ratio, part, predicate = self.ratio, context.part(), context.only(self.only)
        code, called = self.code or "SCALE", self.called
        note = context.note(code, lambda figures: f"{called}：{money_text(figures[0])}", cite=self.cite)
        skipped = context.note(code, f"{called}不适用", cite=self.cite)

        def run(line: Line) -> bool:
            if predicate is not None and not predicate(line.facts):
                line.note(skipped, applied=False)
                return False
            line.amount = part(line.amount or 0, ratio)
            line.note(note, (line.amount,))
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        ratio, share, only = self.ratio, context.share, context.only(self.only)

        def run(lines: Lines) -> None:
            acts = lines.running if only is None else lines.running & holds(only, lines)
            lines.set_amount(share(lines.amount, ratio), acts)

        return run

    def sentence(self, label: Label) -> str:
        return self.called

    def bounds(self, words: Wording) -> Iterator[str]:
        yield self.called

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"ratio": self.called}
