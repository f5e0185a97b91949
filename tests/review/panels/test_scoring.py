"""Weighted scores, trimmed means, outliers and ranks, against Fractions worked out another way."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.panels.enums import TieRule
from review.panels.scoring import (
    Criterion,
    Standing,
    outliers,
    ranked,
    rounded,
    trimmed_mean,
    weighted,
)

CENTS = st.integers(0, 100_00).map(lambda cents: Decimal(cents) / 100)


@st.composite
def judged(draw):
    """Criteria whose weights add up to 1, and points or None for each."""
    parts = draw(st.lists(st.integers(1, 50), min_size=1, max_size=6))
    whole = sum(parts)
    # Weights of many places, the last of which takes the rest.
    weights = [Decimal(part * 1000 // whole) / 1000 for part in parts[:-1]]
    weights.append(1 - sum(weights, Decimal(0)))
    criteria = [Criterion(str(n), draw(st.sampled_from([Decimal(5), Decimal(100), Decimal("12.5")])), w)
                for n, w in enumerate(weights)]  # fmt: skip
    points = [draw(st.none() | CENTS.map(lambda p, most=each.most: p * most / 100)) for each in criteria]
    return [(c, p) for c, p in zip(criteria, points, strict=True) if c.weight > 0]


@settings(max_examples=150, deadline=None)
@given(judged())
def test_what_does_not_apply_gives_its_weight_to_the_others_in_proportion(pairs):
    criteria, points = [c for c, _ in pairs], [p for _, p in pairs]
    found = weighted(criteria, points)
    counted = [(Fraction(c.weight), Fraction(p) / Fraction(c.most)) for c, p in pairs if p is not None]
    if not counted:
        assert found is None
        return
    # The oracle enlarges each weight by its share of what is free, and then adds up.
    free = sum((Fraction(c.weight) for c, _ in pairs), Fraction(0)) - sum(w for w, _ in counted)
    used = sum(w for w, _ in counted)
    grown = [(w + free * w / used, part) for w, part in counted]
    total = sum(w for w, _ in grown)
    assert found == 100 * sum(w * part for w, part in grown) / total
    assert 0 <= found <= 100
    # Never a nought: leaving out a criterion is at least as good as no points on it.
    noughts = weighted(criteria, [Decimal(0) if p is None else p for p in points])
    assert found >= noughts


@given(st.integers(0, 10**7), st.integers(1, 10**4))
def test_scores_are_rounded_half_up_to_two_places(top, bottom):
    exact = Fraction(top, bottom)
    near = rounded(exact)
    assert near.as_tuple().exponent == -2
    assert -Fraction(1, 200) < Fraction(near) - exact <= Fraction(1, 200)


@pytest.mark.parametrize(
    ("scores", "trimmed", "mean"),
    [([80], 0, 80), ([80], 2, 80), ([0, 80, 90], 1, 80), ([0, 10, 90, 100], 1, 50), ([70, 80], 1, 75)],
)
def test_trimmed_mean_leaves_out_the_ends_and_never_everything(scores, trimmed, mean):
    assert trimmed_mean([Fraction(one) for one in scores], trimmed) == mean


def test_outliers_are_further_from_the_median_than_the_distance_never_at_it():
    scores = {"a": Fraction(60), "b": Fraction(75), "c": Fraction(80), "d": Fraction("64.99")}
    assert outliers(scores, Decimal("9.995")) == {"c"}
    assert outliers(scores, Decimal("9.99")) == {"a", "c"}
    assert outliers({}, Decimal(1)) == frozenset()


def place_of(tie, *rows, places=None, needed=None):
    standings = [Standing(n, Decimal(score), Decimal(first), n) for n, (score, first) in enumerate(rows)]
    found = ranked(standings, tie=tie, places=places, needed=needed)
    return [(place.rank, place.is_passed) for place in sorted(found, key=lambda place: place.key)]


ROWS = (("80.00", 50), ("90.00", 10), ("80.00", 60), ("70.00", 90))


@pytest.mark.parametrize(
    ("tie", "places", "expected"),
    [
        (TieRule.SHARED, 2, [(2, True), (1, True), (2, True), (4, False)]),
        (TieRule.NONE, 2, [(2, False), (1, True), (2, False), (4, False)]),
        (TieRule.NONE, 3, [(2, True), (1, True), (2, True), (4, False)]),
        (TieRule.FIRST_CRITERION, 2, [(3, False), (1, True), (2, True), (4, False)]),
        (TieRule.FILED, 2, [(2, True), (1, True), (3, False), (4, False)]),
        (TieRule.SHARED, None, [(2, True), (1, True), (2, True), (4, True)]),
    ],
)
def test_equal_scores_at_the_end_of_the_places_are_told_apart_by_the_stated_rule(tie, places, expected):
    assert place_of(tie, *ROWS, places=places) == expected


def test_who_has_a_place_still_needs_the_score():
    assert place_of(TieRule.SHARED, ("60.00", 0), ("59.99", 0), places=5, needed=Decimal(60)) == [(1, True), (2, False)]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=12), st.sampled_from(TieRule), st.integers(1, 6)
)
def test_ranks_count_who_is_better_and_no_worse_one_passes_before_a_better(rows, tie, places):
    found = place_of(tie, *rows, places=places)
    for (score, _), (rank, passed) in zip(rows, found, strict=True):
        better = sum(other > score for other, _ in rows)
        assert better < rank <= better + sum(other == score for other, _ in rows)
        assert not passed or rank <= places
        for (other, _), (_, also) in zip(rows, found, strict=True):
            assert not (other > score and passed and not also)
    if tie == TieRule.NONE:
        assert sum(passed for _, passed in found) <= places
