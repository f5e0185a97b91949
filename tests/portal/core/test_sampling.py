"""Samples: the sizes of printed tables, a draw that anybody repeats, and an interval that covers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.sampling import drawn, sample_size, wilson_interval


@pytest.mark.parametrize(
    ("population", "confidence", "margin", "size"),
    # Krejcie and Morgan (1970), table of 95 % and 5 %; large populations to Cochran's 385, and 1068 for 3 %.
    [
        (10, 95, 5, 10),
        (100, 95, 5, 80),
        (500, 95, 5, 218),
        (1000, 95, 5, 278),
        (10_000, 95, 5, 370),
        (10**9, 95, 5, 385),
        (10**9, 95, 3, 1068),
        (10**9, 99, 5, 664),
        (1, 90, 30, 1),
        (0, 95, 5, 0),
    ],
)
def test_sizes_are_those_of_printed_tables(population, confidence, margin, size):
    assert sample_size(population, confidence=confidence, margin=margin) == size


def test_interval_is_that_of_worked_examples():
    # Newcombe (1998), table I: 81 of 263, 15 of 148 and 0 of 20 at 95 %.
    for hits, count, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        assert [round(bound, 4) for bound in wilson_interval(hits, count, confidence=95)] == [low, high]
    assert wilson_interval(0, 0, confidence=95) == (0.0, 1.0)


@given(st.sets(st.integers(1, 10**6), min_size=1, max_size=60), st.integers(0, 70), st.text(max_size=8), st.randoms())
def test_draw_depends_on_seed_and_keys_alone(keys, size, seed, chance):
    shuffled = sorted(keys)
    chance.shuffle(shuffled)
    found = drawn(shuffled, size, seed=seed)
    assert found == drawn(sorted(keys), size, seed=seed)
    assert len(found) == len(set(found) & keys) == min(size, len(keys))


def test_draw_favours_nothing():
    counts = [0] * 20
    for turn in range(2000):
        for key in drawn(range(20), 5, seed=str(turn)):
            counts[key] += 1
    # 500 expected each; five standard deviations.
    assert all(abs(count - 500) < 5 * math.sqrt(2000 * 0.25 * 0.75) for count in counts)
