"""`sum_by`: a sum by a fact: the country, the level, the size of the firm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.money import money_text
from policies.engine.operations.base import ItemSteps, Label, Wording, overflow
from policies.engine.operations.by_word import WORDS, rows_of_lines, unknown_words, word_of
from policies.engine.operations.setter import Setter
from policies.engine.spec import FACT, SUM_BY_WORD, YUAN, key
from policies.engine.terms import NATURES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from fractions import Fraction

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step
    from policies.engine.problems import Fault, Place


@dataclass(frozen=True, kw_only=True)
class SumBy(Setter):
    """Sets the amount to the sum that stands beside the fact's value; to `otherwise` (or nothing) for any other."""

    verb = "sum_by"
    label = "按类别定额"
    help = "不同国家、级别、企业规模各有各的金额"
    order = 12
    preset: ClassVar = {"nature": "exact"}

    field: str = key(FACT, "按哪一项", types=WORDS, asks=True)
    table: Mapping[str, int] = key(
        SUM_BY_WORD, "各类金额", help="每行一类，写成“类别=金额（元）”，如 美国=30000；是否类写“是”或“否”"
    )
    otherwise: int | None = key(YUAN, "其他情形（元）", help="不填时其他情形不支持", default=None, shown=True)
    nature: str = key(NATURES, "定额还是最高额")

    def compile(self, context: Context) -> Step:
        field, table, otherwise = self.field, self.table, self.otherwise
        cited = f"依据 {context.citation}：{context.label(field)}为"

        def words(figures: tuple[Any, ...]) -> str:
            word, fen = figures
            return f"{cited}“{context.label(field, word)}”，{self.most}{money_text(fen)}"

        note = context.note("SUM_BY", words, cite=self.cite)
        nothing = context.note(
            "SUM_BY", lambda figures: f"{cited}“{context.label(field, figures[0])}”，不在所列之内", cite=self.cite
        )

        def run(line: Line) -> bool:
            value = line.facts.get(field)
            if value is None or isinstance(value, tuple):
                line.missing.append(field)
                return True
            word = word_of(value)
            fen = table.get(word, otherwise)
            line.amount = fen or 0
            line.note(nothing if fen is None else note, (word,) if fen is None else (word, fen))
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        rows = rows_of_lines(context, self.field, list(self.table))
        sums = np.array([*self.table.values(), self.otherwise or 0], dtype=np.int64)

        def run(lines: Lines) -> None:
            lines.stop_missing(lines.running & ~lines.words_stated(self.field))
            lines.set_amount(sums[rows(lines)], lines.running)

        return run

    @property
    def fixed_fen(self) -> int:
        return max(*self.table.values(), self.otherwise or 0)

    def edges(self) -> Iterator[tuple[str, Fraction | str]]:
        yield from ((self.field, word) for word in (*self.table, "其他"))

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        yield from super().problems(item, number)
        yield from overflow(self.fixed_fen, "table")
        yield from unknown_words(item, self.field, self.table)

    def _rows(self, label: Label, words: Callable[[int], str]) -> Iterator[str]:
        yield from (f"{label(self.field, word)} {words(fen)}" for word, fen in self.table.items())
        if self.otherwise is not None:
            yield f"其他 {words(self.otherwise)}"

    def sentence(self, label: Label) -> str:
        return f"按{label(self.field)}{self.most}：{'，'.join(self._rows(label, money_text))}"

    def heading(self, words: Wording) -> tuple[str, str]:
        return f"按{words.label(self.field)}，最高", words.sum(self.fixed_fen)

    def bounds(self, words: Wording) -> Iterator[str]:
        yield from self._rows(words.label, words.sum)

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"table": f"各{label(self.field)}金额", "otherwise": f"其他{label(self.field)}金额"}
