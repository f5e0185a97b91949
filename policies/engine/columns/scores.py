"""Scores of claims as columns, and the places that they have by them; as `policies.engine.ranking` for a few."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from policies.engine.columns.arithmetic import pick, run_starts
from policies.engine.columns.buckets import joined
from policies.engine.columns.conditions import UnsupportedRuleError

if TYPE_CHECKING:
    from policies.engine.columns.lines import Lines
    from policies.engine.columns.population import BoolArray, IntArray
    from policies.engine.columns.shape import Shape

# Below every score: who has none comes last.
_LAST = -(2**62)


class Numbers(NamedTuple):
    """A fact of lines as whole numbers, what they are to be divided by, and where it is stated."""

    values: IntArray
    per: int
    stated: BoolArray

    @classmethod
    def of(cls, lines: Lines, name: str) -> Numbers:
        """Those of a fact."""
        values, per, stated = lines.numbers(name)
        return cls(values.astype(np.int64), per, stated)

    def at(self, lines: IntArray) -> Numbers:
        """Those of some lines."""
        return Numbers(pick(self.values, lines), self.per, pick(self.stated, lines))


class Scores(NamedTuple):
    """The scores of lines, the facts that tell equal ones apart, and which scores lie below what is needed."""

    score: Numbers
    then: Numbers | None
    low: BoolArray

    def at(self, lines: IntArray) -> Scores:
        """Those of some lines."""
        then = None if self.then is None else self.then.at(lines)
        return Scores(self.score.at(lines), then, pick(self.low, lines))


def highest(parts: list[tuple[str, Shape, Numbers | None]]) -> IntArray:
    """The highest number among each claim's lines, of all parts (an item, its claims, their numbers) in one unit."""
    unit = lcm(*(one.per for _, _, one in parts if one is not None))
    found = []
    for item, shape, one in parts:
        if one is None:
            found.append(np.full(shape.size, _LAST, dtype=np.int64))
            continue
        factor = unit // one.per
        if len(one.values) and int(np.abs(one.values).max()) > -_LAST // factor:
            raise UnsupportedRuleError(item, "scores are too large to be ranked in columns")
        values = np.where(one.stated, one.values * factor, _LAST)
        found.append(-shape.least(-values))
    return joined(found)


def placed_in(bucket: IntArray, levels: list[IntArray], *, needs_all: bool) -> IntArray:
    """The place of each claim in its bucket, the highest of the levels first; as `policies.engine.ranking.places`."""
    order = np.lexsort([*(-level for level in reversed(levels)), bucket])
    begins = run_starts(bucket[order])
    fresh = np.zeros(len(order), dtype=np.bool_)
    for level in (bucket, *levels):
        fresh[1:] |= level[order][1:] != level[order][:-1]
    fresh[:1] = True
    first = np.flatnonzero(fresh)
    sizes = np.diff(first, append=len(order))
    own = np.repeat(first + sizes - 1 if needs_all else first, sizes)
    found = np.empty(len(order), dtype=np.int64)
    found[order] = own - np.repeat(begins, np.diff(begins, append=len(order))) + 1
    return found


def step_of(place: IntArray, lasts: IntArray) -> IntArray:
    """The number from 0 of the step that each place is in, by the last place of every step, a row for each or for all.

    Behind the last step it is the number of steps.
    """
    found: IntArray = (place[:, None] > lasts).sum(axis=1)
    return found
