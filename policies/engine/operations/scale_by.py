"""`scale_by`: a share of the amount by a fact: the size of the firm, the stage of the project, the year of support."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from policies.engine.columns.arithmetic import times_factor
from policies.engine.money import money_text, ratio_text
from policies.engine.operations.base import ItemSteps, Label, Operation, Role, Wording
from policies.engine.operations.by_word import WORDS, rows_of_lines, unknown_words, word_of
from policies.engine.spec import FACT, FACTOR, FACTOR_BY_WORD, key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.engine.operations.types import ColumnContext, ColumnStep, Context, Line, Lines, Step
    from policies.engine.problems import Fault, Place


@dataclass(frozen=True, kw_only=True)
class ScaleBy(Operation):
    """Makes the amount the share that stands beside the fact's value; `otherwise` (or nothing) for any other."""

    verb = "scale_by"
    label = "按类别打折或上浮"
    help = "如小型企业 120%；立项 60%、验收 40%；第一年 100%、第二年 50%"
    role = Role.CHANGES
    order = 72
    readings = frozenset({"fen_floor"})

    field: str = key(FACT, "按哪一项", types=WORDS, asks=True)
    table: Mapping[str, Fraction] = key(
        FACTOR_BY_WORD, "各类比例", help="每行一类，写成“类别=比例”，如 小型=60%、2=50%；是否类写“是”或“否”"
    )
    otherwise: Fraction | None = key(FACTOR, "其他情形", help="不填时其他情形不支持", default=None, shown=True)

    def compile(self, context: Context) -> Step:
        field, table, otherwise, part = self.field, self.table, self.otherwise, context.part()
        named, code = context.label(field), self.code or "SCALE_BY"

        def words(figures: tuple[Any, ...]) -> str:
            word, ratio, fen = figures
            return f"{named}为“{context.label(field, word)}”，按 {ratio_text(ratio)} 计 {money_text(fen)}"

        note = context.note(code, words, cite=self.cite)
        nothing = context.note(
            code, lambda figures: f"{named}为“{context.label(field, figures[0])}”，不在所列之内", cite=self.cite
        )

        def run(line: Line) -> bool:
            value = line.facts.get(field)
            if value is None or isinstance(value, tuple):
                line.missing.append(field)
                return True
            word = word_of(value)
            ratio = table.get(word, otherwise)
            if ratio is None:
                line.amount = 0
                line.note(nothing, (word,))
                return False
            line.amount = part(line.amount or 0, ratio)
            line.note(note, (word, ratio, line.amount))
            return False

        return run

    def compile_columns(self, context: ColumnContext) -> ColumnStep:
        rows, share = rows_of_lines(context, self.field, list(self.table)), context.share
        ratios = [*self.table.values(), self.otherwise]

        def run(lines: Lines) -> None:
            lines.stop_missing(lines.running & ~lines.words_stated(self.field))
            found = rows(lines)
            for row, ratio in enumerate(ratios):
                acts = lines.running & (found == row)
                if acts.any():
                    fen = times_factor(lines.amount, ratio, share, context.item) if ratio is not None else 0
                    lines.set_amount(fen, acts)

        return run

    def edges(self) -> Iterator[tuple[str, Fraction | str]]:
        yield from ((self.field, word) for word in (*self.table, "其他"))

    def problems(self, item: ItemSteps, number: int) -> Iterator[tuple[Place, Fault]]:
        yield from unknown_words(item, self.field, self.table)

    def _rows(self, label: Label) -> Iterator[str]:
        yield from (f"{label(self.field, word)} {ratio_text(ratio)}" for word, ratio in self.table.items())
        if self.otherwise is not None:
            yield f"其他 {ratio_text(self.otherwise)}"

    @property
    def largest_factor(self) -> Fraction:
        return max(*self.table.values(), self.otherwise or Fraction(0))

    def sentence(self, label: Label) -> str:
        return f"按{label(self.field)}计：{'，'.join(self._rows(label))}"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield self.sentence(words.label)

    def figures(self, label: Label) -> Mapping[str, str]:
        return {"table": f"各{label(self.field)}比例", "otherwise": f"其他{label(self.field)}比例"}
