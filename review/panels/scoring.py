"""Scores and ranks, exact. Pure.

A criterion has the most points one can give and a weight; the weights add up to 1. Points of a criterion that does not
apply (None) are never a nought: its weight is shared among the others in proportion.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Generic, TypeVar

from policies.engine.ranking import places as places_by
from review.panels.enums import TieRule

WHOLE = 100
_CENT = Decimal("0.01")
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is scored: from 0 to `most` points, with its weight."""

    name: str
    most: Decimal
    weight: Decimal
    guide: str = ""
    may_not_apply: bool = True

    @property
    def most_text(self) -> str:
        return f"{self.most.normalize():f}"

    @property
    def weight_text(self) -> str:
        return f"{self.weight.normalize():f}"


def weighted(criteria: Sequence[Criterion], points: Sequence[Decimal | None]) -> Fraction | None:
    """One expert's score from 0 to 100; None where no criterion applies."""
    given = [(each, Fraction(point)) for each, point in zip(criteria, points, strict=True) if point is not None]
    weights = sum((Fraction(each.weight) for each, _ in given), Fraction(0))
    if not weights:
        return None
    parts = (Fraction(each.weight) * point / Fraction(each.most) for each, point in given)
    return WHOLE * sum(parts, Fraction(0)) / weights


def rounded(score: Fraction) -> Decimal:
    """A score as it is shown, stored and ranked by: two places, half up."""
    hundredths = score * WHOLE + Fraction(1, 2)
    return Decimal(hundredths.numerator // hundredths.denominator) * _CENT


def trimmed_mean(scores: Sequence[Fraction], trimmed: int) -> Fraction:
    """The mean without the `trimmed` highest and lowest scores; fewer are left out where nothing would remain."""
    cut = min(trimmed, (len(scores) - 1) // 2)
    kept = sorted(scores)[cut : len(scores) - cut]
    return sum(kept, Fraction(0)) / len(kept)


def outliers(scores: Mapping[K, Fraction], distance: Decimal) -> frozenset[K]:
    """The keys of the scores that are further than `distance` from the median."""
    middle = median(scores.values()) if scores else Fraction(0)
    return frozenset(key for key, score in scores.items() if abs(score - middle) > Fraction(distance))


@dataclass(frozen=True, slots=True)
class Standing(Generic[K]):
    """A claim to rank: its score, that of the first criterion, and its place in the order of filing."""

    key: K
    score: Decimal
    first: Decimal
    filed: int


@dataclass(frozen=True, slots=True)
class Place(Generic[K]):
    """A claim's rank from 1, the place that it takes of those there are, and whether it passes."""

    key: K
    rank: int
    place: int
    is_passed: bool


def ranked(
    standings: Sequence[Standing[K]], *, tie: TieRule, places: int | None, needed: Decimal | None
) -> list[Place[K]]:
    """The claims in the order of their ranks; equal ones share a rank, and the next rank counts them all."""

    def order(one: Standing[K]) -> tuple[Decimal | int, ...]:
        if tie == TieRule.FIRST_CRITERION:
            return (-one.score, -one.first)
        return (-one.score, one.filed) if tie == TieRule.FILED else (-one.score,)

    rows = sorted(standings, key=lambda one: (*order(one), one.filed))
    found = places_by([order(one) for one in rows], needs_all=tie == TieRule.NONE)
    return [
        Place(
            one.key,
            placed.rank,
            placed.place,
            (places is None or placed.place <= places) and (needed is None or one.score >= needed),
        )
        for one, placed in zip(rows, found, strict=True)
    ]
