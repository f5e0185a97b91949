"""`brackets`: a share of costs whose ratio goes by their size, of each part (分档累进) or of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.columns.arithmetic import put_where
from policies.engine.money import money_text, ratio_text
from policies.engine.operations.base import SUMS, Label, Wording, joined, total
from policies.engine.operations.setter import Setter
from policies.engine.spec import FACTS, RATIO_BY_BOUND, Bounds, key
from policies.engine.terms import NATURES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step


PARTS = {"each": "分段累进，每段各按本段比例", "whole": "按所在档的比例计全部"}


@dataclass(frozen=True, kw_only=True)
class Brackets(Setter):
    """Sets the amount to shares of the costs, added up: `each` part between two bounds by its own ratio, or the whole.

    Bounds are yuan. Below the lowest nothing counts. Each part is rounded for itself, so that the trace adds up.
    """

    verb = "brackets"
    label = "按金额分档按比例"
    help = "如 100 万元以下部分 10%，超过的部分 5%（分档累进）"
    order = 25
    preset: ClassVar = {"nature": "ceiling", "parts": "each", "table": {"0": "", "1000000": ""}}
    readings = frozenset({"fen_floor"})

    fields: tuple[str, ...] = key(FACTS, "哪些费用", types=SUMS, asks=True)
    table: Bounds = key(RATIO_BY_BOUND, "各档比例", help="每行一档，写成“多少元以上=比例”，如 0=10%、1000000=5%")
    parts: str = key(PARTS, "怎么累进")
    nature: str = key(NATURES, "定额还是最高额")

    @property
    def summed(self) -> tuple[str, ...]:
        return self.fields

    @property
    def _rows(self) -> list[tuple[int, int | None, Fraction]]:
        """Lower and upper bound in fen with the ratio, ascending; the last has no upper bound."""
        lows = [-(-bound * 100 // 1) for bound, _ in self.table]
        return [
            (int(low), int(high) if high is not None else None, ratio)
            for low, high, (_, ratio) in zip(lows, [*lows[1:], None], self.table, strict=True)
        ]

    def compile(self, context: Context) -> Step:
        fields, rows, part, each = self.fields, self._rows, context.part(), self.parts == "each"
        named = joined(fields, context.label, "、")

        def words(figures: tuple[Any, ...]) -> str:
            base, shares, amount = figures
            parts = " + ".join(f"{money_text(fen)} × {ratio_text(ratio)}" for fen, ratio in shares) or "未达到最低一档"
            return f"依据 {context.citation}：{named} {money_text(base)}，{parts}，计 {money_text(amount)}"

        note = context.note("BRACKET", words, cite=self.cite)

        def run(line: Line) -> bool:
            base = total(line, fields)
            if base is None:
                line.missing.extend(fields[:1])
                return True
            reached = [row for row in rows if base >= row[0]]
            if each:
                shares = [((base if high is None else min(base, high)) - low, ratio) for low, high, ratio in reached]
            else:
                shares = [(base, ratio) for _, _, ratio in reached[-1:]]
            shares = [share for share in shares if share[0]]
            line.amount = sum(part(fen, ratio) for fen, ratio in shares)
            line.note(note, (base, shares, line.amount))
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        context.need_sums(self.fields)
        rows, share, each = self._rows, context.share, self.parts == "each"

        def run(lines: Lines) -> None:
            base, stated = lines.total(self.fields)
            lines.stop_missing(lines.running & ~stated)
            found = np.zeros(len(lines), dtype=np.int64)
            for low, high, ratio in rows:
                if each:
                    inside = np.maximum((base if high is None else np.minimum(base, high)) - low, 0)
                    found = found + share(inside, ratio)
                else:
                    put_where(found, base >= low, share(base, ratio))
            lines.set_amount(found, lines.running)

        return run

    def edges(self) -> Iterator[tuple[str, Fraction | str]]:
        yield from ((name, bound) for name in self.fields for bound, _ in self.table)

    def sentence(self, label: Label) -> str:
        return f"按{joined(self.fields, label, '与')}{PARTS[self.parts]}{self.most}：{self._parts_text(money_text)}"

    def _parts_text(self, say: Callable[[int], str]) -> str:
        rows = [f"{say(int(bound * 100))}以上{'的部分' * (self.parts == 'each')}" for bound, _ in self.table]
        return "，".join(f"{row} {ratio_text(ratio)}" for row, (_, ratio) in zip(rows, self.table, strict=True))

    def heading(self, words: Wording) -> tuple[str, str]:
        return f"按{joined(self.fields, words.label, '、')}的{self.most}", "、".join(
            ratio_text(ratio) for _, ratio in self.table
        )

    def bounds(self, words: Wording) -> Iterator[str]:
        yield self._parts_text(words.sum)

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"table": f"{joined(self.fields, label, '、')}各档比例"}
