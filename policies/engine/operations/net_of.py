"""`net_of`: the amount less what was had elsewhere, or a share of it (补足差额)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from policies.engine.money import money_text, ratio_text
from policies.engine.operations.base import SUMS, Label, Operation, Role, Wording, joined, total
from policies.engine.spec import FACTS, RATIO, TEXT, key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step


@dataclass(frozen=True, kw_only=True)
class NetOf(Operation):
    """Takes the given facts, added up, or `ratio` of them off the amount, which is never below nothing."""

    verb = "net_of"
    label = "扣除已获资助（补足差额）"
    help = "如与省级奖励合计补足至 100 万元：先写标准 100 万元，再扣除省级奖励"
    role = Role.CHANGES
    order = 55

    fields: tuple[str, ...] = key(FACTS, "扣除哪些", types=SUMS, asks=True)
    ratio: Fraction | None = key(RATIO, "扣除几成", help="如 50%；不填时全部扣除", default=None, shown=True)
    called: str | None = key(TEXT, "在依据里怎么称呼", name="label", default=None, shown=True)

    def acting_readings(self) -> frozenset[str]:
        return frozenset({"fen_floor"} if self.ratio is not None else ())

    @property
    def summed(self) -> tuple[str, ...]:
        return self.fields

    def compile(self, context: Context) -> Step:
        ratio, part = self.ratio, context.part()
        told = self.sentence(context.label)
        note = context.note(
            self.code or "NET_OF", lambda figures: f"{told}，扣除 {money_text(figures[0])}", cite=self.cite
        )

        def run(line: Line) -> bool:
            had = total(line, self.fields)
            if had is None:
                line.missing.extend(self.fields)
                return True
            off = had if ratio is None else part(had, ratio)
            line.amount = max((line.amount or 0) - off, 0)
            line.note(note, (off,), applied=off > 0)
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        context.need_sums(self.fields)

        def run(lines: Lines) -> None:
            had, stated = lines.total(self.fields)
            lines.stop_missing(lines.running & ~stated)
            off = had if self.ratio is None else context.share(had, self.ratio)
            lines.set_amount(np.maximum(lines.amount - off, 0), lines.running)

        return run

    def edges(self) -> Iterator[tuple[str, Any]]:
        yield from ((name, Fraction(0)) for name in self.fields)

    def sentence(self, label: Label) -> str:
        part = "" if self.ratio is None else f"的 {ratio_text(self.ratio)}"
        return f"扣除{self.called or joined(self.fields, label, '与')}{part}"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield self.sentence(words.label)

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"ratio": f"{self.sentence(label)}，扣除比例"} if self.ratio is not None else {}
