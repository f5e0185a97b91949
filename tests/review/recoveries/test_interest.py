"""Interest: exact, rounded to the fen once."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.recoveries.interest import interest_fen

FIRST = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("principal", "repaid", "rate", "days", "fen"),
    [
        (1_000_000, [], "0.0005", 0, 0),
        (1_000_000, [], "0.0005", 10, 5000),
        (1_000_000, [(5, 1_000_000)], "0.0005", 10, 2500),
        (1_000_000, [(5, 500_000)], "0.0005", 10, 3750),
        (1_000_000, [(10, 1_000_000)], "0.0005", 10, 5000),  # what comes on the last day bore the day before
        (1_000_000, [(-3, 400_000)], "0.0005", 10, 3000),  # before the first day
        (100, [], "0.005", 1, 1),  # half a fen
        (98, [], "0.005", 1, 0),
        (3, [], "0.1", 5, 2),  # 1.5 fen once, not 0.3 fen five times
    ],
)
def test_each_day_bears_the_rate_on_what_is_owed(principal, repaid, rate, days, fen):
    rows = [(FIRST + timedelta(days=day), part) for day, part in repaid]
    until = FIRST + timedelta(days=days)
    assert interest_fen(principal, rows, daily_rate=Decimal(rate), since=FIRST, until=until) == fen


@given(
    st.integers(0, 10**11),
    st.lists(st.tuples(st.integers(-5, 400), st.integers(0, 10**8)), max_size=6),
    st.integers(0, 10**5),
    st.integers(0, 400),
)
def test_interest_is_the_sum_of_the_days(principal, repaid, rate, days):
    rows = [(FIRST + timedelta(days=day), fen) for day, fen in repaid]
    exact = sum(
        Fraction(rate, 10**8) * (principal - sum(fen for day, fen in repaid if day <= at)) for at in range(days)
    )
    got = interest_fen(
        principal, rows, daily_rate=Decimal(rate) / 10**8, since=FIRST, until=FIRST + timedelta(days=days)
    )
    assert abs(got - exact) <= Fraction(1, 2)
