"""Drawing the facts of made claims, on the edges of the rules or somewhere between them."""

import numpy as np

from policies.engine.batch.edges import Edges
from policies.engine.columns.arithmetic import add_months
from policies.engine.columns.population import BoolArray, Column, IntArray, Lists, Rows
from policies.engine.model import Fact, Item

# Numbers have at least two decimals to step by, and as many as their thresholds need.
_LEAST_SCALE = 100
_MONTHS = 12


class Drawer:
    """Draws columns for one item from one stream of chance."""

    def __init__(
        self, item: Item, edges: Edges, rng: np.random.Generator, effect: tuple[int, int], *, lines: int, edge: bool
    ) -> None:
        self.item = item
        self.edges = edges
        self.rng = rng
        self.effect = effect
        self.edge = edge
        self.fen = np.array(edges.fen_around() if edge else edges.fen)
        self.days = np.array(edges.days_around())
        # Lines on which nothing is filled in.
        self.bare = self._chance(40, lines)

    def _chance(self, permille: int, size: int) -> BoolArray:
        return self.rng.integers(0, 1000, size, dtype=np.int32) < permille

    def _any_of(self, values: IntArray, size: int) -> IntArray:
        found: IntArray = values[self.rng.integers(0, len(values), size)]
        return found

    def _present(self, fact: Fact, size: int) -> BoolArray | None:
        """Facts the rules need are nearly always stated, others now and then."""
        if fact.name == self.item.as_of:
            return self._chance(850, size) if self.edge else None
        if self.edge:
            return self._chance(850 if fact.needed else 600, size) & ~self.bare
        return self._chance(990, size) if fact.needed else self._chance(400, size)

    def money(self, size: int) -> IntArray:
        """Sums in fen."""
        if self.edge:
            return self._any_of(self.fen, size)
        return self._any_of(self.fen, size) // 100 * self.rng.integers(1, 300, size)

    def paid_before(self, subject: IntArray) -> IntArray:
        """What each subject had before: mostly nothing, and the same wherever it is named."""
        mixed = subject % 2**31 * 2_654_435_761 >> 15
        return np.where(mixed % 4 == 0, self.fen[mixed // 4 % len(self.fen)], 0)

    def column(self, fact: Fact, on: IntArray, size: int) -> Column:
        """One fact of `size` lines; `on` is the day of each line's claim."""
        present = self._present(fact, size)
        if fact.type == "money":
            return Column(self.money(size), present)
        if fact.type == "date":
            return Column(self._dates(fact, on, size), present)
        if fact.type in ("choice", "text"):
            words = self.edges.words.get(fact.name, ("其他",))
            return Column(self.rng.integers(0, len(words), size, dtype=np.int16), present, words=words)
        if fact.type == "boolean":
            return Column(self.rng.integers(0, 2, size, dtype=np.int8), present)
        if fact.type == "integer":
            return self._integers(fact, present, size)
        return self._numbers(fact, present, size)

    def _dates(self, fact: Fact, on: IntArray, size: int) -> IntArray:
        if self.edge:
            return self._any_of(self.days, size).astype(np.int32)
        # The fact comes some weeks before the claim; a few facts come from before the policy.
        back = 0 if fact.name == self.item.as_of else 30
        return (on - back - self.rng.integers(0, 60, size)).astype(np.int32)

    def _integers(self, fact: Fact, present: BoolArray | None, size: int) -> Column:
        bounds = [int(bound) for bound in self.edges.numbers.get(fact.name, ())] or [3, 10]
        if self.edge:
            around = np.array(sorted({max(bound + step, 0) for bound in [0, *bounds] for step in (-1, 0, 1)}))
            values = self._any_of(around, size).astype(np.int32)
        else:
            values = self.rng.integers(0, 2 * max(*bounds, 1) + 1, size, dtype=np.int32)
        lists = self._lists(fact, size) if self.edge and fact.name == "countries" else None
        return Column(values, present, words=self.edges.words.get(fact.name, ()) if lists else (), lists=lists)

    def _lists(self, fact: Fact, size: int) -> Lists | None:
        """Some lines give the list of countries in place of their number."""
        words = self.edges.words.get(fact.name, ())
        if not words:
            return None
        given = self._chance(400, size)
        starts = np.append(0, np.cumsum(self.rng.integers(0, 13, size) * given))
        return Lists(starts, self.rng.integers(0, len(words), int(starts[-1])), given)

    def _numbers(self, fact: Fact, present: BoolArray | None, size: int) -> Column:
        bounds = self.edges.numbers.get(fact.name, ())
        scale = _LEAST_SCALE
        while any((bound * scale).denominator != 1 for bound in bounds):
            scale *= 10
        scale *= 10
        exact = np.array([int(bound * scale) for bound in bounds] or [scale], dtype=np.int64)
        steps = self.rng.integers(-1, 2, size) if self.edge else self.rng.integers(-5 * scale, 5 * scale + 1, size)
        values = self._any_of(exact, size) + steps
        words = self.edges.words.get(fact.name, ())
        spoken = self._chance(300 if self.edge else 100, size) if words or self.edge else None
        words = words or ("未统计",)
        if spoken is not None:
            values = np.where(spoken, self.rng.integers(0, len(words), size), values)
        return Column(values, present, scale=scale, words=words if spoken is not None else (), spoken=spoken)

    def rows(self, fact: Fact, start: Column | None, size: int) -> Rows:
        """Payments after the day in `start`: monthly, or around the ends of a year from it and of the effect."""
        lengths = self.rng.integers(0 if self.edge else 1, 7, size)
        starts = np.append(0, np.cumsum(lengths))
        total = int(starts[-1])
        first = start.values.astype(np.int64) if start is not None else np.full(size, self.effect[0], dtype=np.int64)
        first = np.repeat(first, lengths)
        if not self.edge:
            nth = np.arange(total) - np.repeat(starts[:-1], lengths)
            return Rows(starts, self.money(total), (first + 30 * (nth + 1)).astype(np.int32), None)
        last = add_months(first, _MONTHS)
        near = np.where(self._chance(500, total), first, last) + self.rng.integers(-1, 2, total)
        paid_on = np.where(self._chance(600, total), near, self._any_of(self.days, total))
        paid_on[self._chance(40, total)] = 0
        return Rows(starts, self.money(total), paid_on.astype(np.int32), self._present(fact, size))
