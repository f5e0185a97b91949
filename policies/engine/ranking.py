"""Ranks by score, and who passes where equal scores stand at the end of the places. Pure, exact.

One home for every ranking: documents that select the best, panels that score, agendas, and simulations in columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any, NamedTuple

Score = Fraction | Decimal | int
NONE_PASS, FILED_FIRST, FACT_FIRST, EXCEED = "none", "filed", "fact", "exceed"
# What a document says of equal scores at the end of the places.
TIES = {
    NONE_PASS: "末位同分、名额不够的都不入选",
    FILED_FIRST: "同分的先提交者在前",
    FACT_FIRST: "同分的按另一项高者在前",
    EXCEED: "末位同分的一并入选，可以超过名额",
}


class Candidate(NamedTuple):
    """Who is ranked: the score (None: none yet), the order of filing, and the fact that tells equal scores apart."""

    score: Score | None
    filed: int
    then: Score | None = None


class Placed(NamedTuple):
    """`rank`: one more than the number of better ones. `place`: the last of the places that are needed to pass."""

    rank: int
    place: int


def placed(candidates: Sequence[Candidate], ties: str) -> list[Placed]:
    """The rank and place of each of these under a rule of `TIES`; who has no score comes last."""
    return places([_key(one, ties) for one in candidates], needs_all=ties == NONE_PASS)


def places(keys: Sequence[tuple[Any, ...]], *, needs_all: bool) -> list[Placed]:
    """The same by keys of which the least comes first. Equal ones share a rank, and all pass or none.

    `needs_all`: they pass only where there is a place for each, else where there is one for the first.
    """
    found = [Placed(0, 0)] * len(keys)
    better = 0
    for _, equal in groupby(sorted(range(len(keys)), key=keys.__getitem__), key=keys.__getitem__):
        members = list(equal)
        for at in members:
            found[at] = Placed(better + 1, better + (len(members) if needs_all else 1))
        better += len(members)
    return found


def _key(one: Candidate, ties: str) -> tuple[Any, ...]:
    score = _highest_first(one.score)
    if ties == FACT_FIRST:
        return (score, _highest_first(one.then), one.filed)
    return (score, one.filed) if ties == FILED_FIRST else (score,)


def _highest_first(score: Score | None) -> tuple[bool, Score]:
    return (score is None, -(score or 0))
