"""What the operations share that read a figure and find its tier in a table by lower bounds (以上, bounds included)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from policies.engine.columns.arithmetic import compare
from policies.engine.line import as_number
from policies.engine.money import money_text, number_text, ratio_text
from policies.engine.problems import problem_code
from policies.engine.spec import FACT, TEXT, Bounds, Spec, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policies.engine.columns.population import BoolArray
    from policies.engine.operations.base import ItemSteps
    from policies.engine.operations.types import ColumnContext, Context, Line, Lines
    from policies.engine.problems import Fault, Place

    # Where each tier is reached, the lowest first, with what the table has for it.
    Reached = Iterator[tuple[BoolArray, Any]]

_FIGURES = ("integer", "money", "number", "rows")
# The unit of a ratio, of which 0.2 is 20 %.
_PERCENT = "%"
NOT_A_RATE = problem_code(
    "not_a_rate",
    "{fact} 不是比例",
    "单位为 % 时请选数值类型的事实，如算出的增长率",
    form="“{fact:fact}”不是比例，单位写“%”时请改选数值，如算出的增长率。",
)


@dataclass(frozen=True, kw_only=True)
class Tiered(Spec):
    """Reads `field` and finds its tier in a `table`. Bounds are in the fact's unit: yuan for sums, rows for lists."""

    field: str = key(FACT, "按哪一项分档", types=_FIGURES, asks=True)
    # What the table has for each lower bound; declared by the operation, in its own words.
    table: Bounds
    unit: str | None = key(
        TEXT, "单位", help="如“件”“分”，用在说明里；增长率等比例写“%”，各档写如 20%=…", default=None, shown=True
    )

    def reader(self, context: Context) -> Callable[[Line], tuple[Any, tuple[Fraction, Any] | None] | None]:
        """Reads a line's figure and the row of its tier, None below the lowest; None in all where it is missing."""
        field, scale = self.field, _scale(context.types.get(self.field))
        rows = [(bound * scale, (bound, found)) for bound, found in reversed(self.table)]

        def read(line: Line) -> tuple[Any, tuple[Fraction, Any] | None] | None:
            value = as_number(line.facts.get(field))
            if value is None:
                line.missing.append(field)
                return None
            return value, next((row for bound, row in rows if value >= bound), None)

        return read

    def reader_of_columns(self, context: ColumnContext) -> Callable[[Lines], Reached]:
        """Stops the lines without the figure, and says of the others which tiers they reach."""
        field, scale = self.field, _scale(context.need(self.field, *_FIGURES))

        def read(lines: Lines) -> Reached:
            values, per, stated = lines.numbers(field)
            lines.stop_missing(lines.running & ~stated)
            for bound, found in self.table:
                yield compare(values, ">=", bound * scale, per), found

        return read

    def edges(self) -> Iterator[tuple[str, Fraction | str]]:
        """The figure at which each tier begins."""
        yield from ((self.field, bound) for bound, _ in self.table)

    def unit_problems(self, item: ItemSteps) -> Iterator[tuple[Place, Fault]]:
        """A percentage is a number, which neither sums nor counts are."""
        if self.unit == _PERCENT and item.types.get(self.field) != "number":
            yield ("unit",), NOT_A_RATE.fault(fact=self.field)

    def told(self, value: Any, row: tuple[Fraction, Any] | None, context: Context) -> str:
        """The figure of a line, and whether it reaches a tier."""
        is_sum, reached = context.types.get(self.field) == "money", f"达到 {self.bound_text(row[0])}" if row else ""
        shown = (
            money_text(value)
            if is_sum
            else ratio_text(Fraction(value))
            if self._is_ratio
            else number_text(Fraction(value))
        )
        return f"{shown}，{reached or f'未达到 {self.bound_text(self.table[0][0])}'}"

    def bound_text(self, bound: Fraction) -> str:
        """A lower bound in words."""
        if self._is_ratio:
            return f"{ratio_text(bound)}以上"
        return f"{number_text(bound)}{f' {self.unit}' if self.unit else ''}以上"

    @property
    def _is_ratio(self) -> bool:
        return self.unit == _PERCENT


def _scale(kind: str | None) -> int:
    return 100 if kind == "money" else 1
