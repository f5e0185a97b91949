"""Whole-number arithmetic on columns is that of the scalar engine, up to the largest sums it reads."""

from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine.batch import PopulationError
from policies.engine.columns import arithmetic
from policies.engine.columns.population import years_of
from policies.engine.dates import add_months
from policies.engine.money import MAX_FEN, parse_ratio, part_down, part_half_up

# Rows of a fact may add up to this.
MOST_OF_A_FACT = MAX_FEN * 10_000
fen = st.integers(0, MOST_OF_A_FACT) | st.sampled_from([0, 1, 2, 3, MAX_FEN, MOST_OF_A_FACT])
decimals = st.integers(0, 10**12).map(lambda part: parse_ratio(f"{part // 10**12}.{part % 10**12:012d}"))
quotients = st.tuples(st.integers(0, 10**9 - 1), st.integers(1, 10**9 - 1)).map(
    lambda pair: Fraction(min(pair), max(pair))
)
days = st.dates(date(1900, 1, 1), date(2400, 12, 31))


@given(st.lists(fen, min_size=1, max_size=8), decimals | quotients)
def test_shares_are_exact_at_any_sum_and_ratio(sums, ratio):
    column = np.array(sums, dtype=np.int64)

    assert arithmetic.share_down(column, ratio).tolist() == [part_down(part, ratio) for part in sums]
    assert arithmetic.share_half_up(column, ratio).tolist() == [part_half_up(part, ratio) for part in sums]


@pytest.mark.parametrize("bottom", [arithmetic.FINEST - 1, arithmetic.FINEST, arithmetic.FINEST + 1])
def test_shares_are_exact_around_the_finest_ratio_that_int64_holds(bottom):
    column = np.array([MOST_OF_A_FACT, MAX_FEN, bottom, bottom - 1, 1], dtype=np.int64)
    ratio = Fraction(bottom - 1, bottom)

    assert arithmetic.share_down(column, ratio).tolist() == [part_down(part, ratio) for part in column.tolist()]
    assert arithmetic.share_half_up(column, ratio).tolist() == [part_half_up(part, ratio) for part in column.tolist()]


def test_a_sum_times_its_count_is_refused_past_what_int64_could_add_up():
    most = arithmetic.MOST

    assert arithmetic.times(np.array([most // 4, 7]), np.array([4, 6]), "x").tolist() == [most, 42]
    with pytest.raises(PopulationError, match="times its count"):
        arithmetic.times(np.array([most // 4 + 1]), np.array([4]), "x")


def test_a_total_is_refused_past_what_running_sums_could_hold():
    halves = np.full(2, arithmetic.MOST // 2)

    assert arithmetic.checked_totals([halves]) == arithmetic.MOST
    with pytest.raises(PopulationError, match="together"):
        arithmetic.checked_totals([halves, np.array([1])])
    with pytest.raises(PopulationError, match="together"):
        arithmetic.checked_totals([np.full(64, arithmetic.MOST)])


@given(st.lists(days, min_size=1, max_size=8), st.integers(1, 60))
def test_terms_end_on_the_corresponding_day(starts, months):
    column = np.array([day.toordinal() for day in starts])

    assert arithmetic.add_months(column, months).tolist() == [add_months(day, months).toordinal() for day in starts]


@given(st.lists(days, max_size=8))
def test_years_are_those_of_the_calendar(drawn):
    assert years_of(np.array([day.toordinal() for day in drawn], dtype=np.int64)).tolist() == [d.year for d in drawn]


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3) | st.integers(0, 2**20), max_size=40))
def test_equal_keys_stay_in_their_order(keys):
    order, ascending = arithmetic.in_order_of(np.array(keys, dtype=np.int64))

    assert order.tolist() == sorted(range(len(keys)), key=lambda place: keys[place])
    assert ascending.tolist() == sorted(keys)


@given(st.lists(st.tuples(st.integers(-(2**15), 2**15 - 1), st.booleans(), st.integers(-(2**15), 2**15 - 1))))
def test_codes_are_put_where_they_belong_and_nowhere_else(places):
    codes, where, fresh = np.array(places, dtype=np.int16).reshape(-1, 3).T.copy()
    single, each = codes.copy(), codes.copy()
    arithmetic.put_where(single, where.astype(np.bool_), 7)
    arithmetic.put_where(each, where.astype(np.bool_), fresh)

    assert single.tolist() == [7 if here else code for code, here, _ in places]
    assert each.tolist() == [new if here else code for code, here, new in places]


@given(st.lists(st.lists(st.integers(-100, 100), max_size=5), max_size=8))
def test_runs_are_added_up_empty_ones_too(runs):
    starts = np.cumsum([0, *(len(run) for run in runs)])
    values = np.array([value for run in runs for value in run], dtype=np.int64)

    assert arithmetic.sums_between(values, starts).tolist() == [sum(run) for run in runs]


@given(st.lists(st.lists(st.integers(0, 100), min_size=1, max_size=5), max_size=8))
def test_earlier_ones_of_a_run_are_added_up(runs):
    starts = np.cumsum([0, *(len(run) for run in runs)])[:-1].astype(np.int64)
    values = np.array([value for run in runs for value in run], dtype=np.int64)

    expected = [sum(run[:place]) for run in runs for place in range(len(run))]
    assert arithmetic.sums_before(values, starts).tolist() == expected


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 4)), max_size=8))
def test_ranges_stand_end_to_end(given_ranges):
    begins, lengths = np.array(given_ranges, dtype=np.int64).reshape(-1, 2).T

    expected = [begin + step for begin, length in given_ranges for step in range(length)]
    assert arithmetic.ranges(begins, lengths).tolist() == expected
