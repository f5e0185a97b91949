"""`window`: rows within a term of months."""

import pytest

from tests.policies.engine.batch.odd_rules import WINDOW, rate, standard
from tests.policies.engine.operations.support import ask, columns_differ, refused, spoken

STEPS = [WINDOW, rate("100%", "interest_payments")]


def rows(*days):
    return [{"amount": "1", **({"paid_on": day} if day else {})} for day in days]


@pytest.mark.parametrize(
    ("drawn", "inside", "outside"),
    [
        ("2020-03-31", ["2020-03-31", "2021-03-31"], ["2020-03-30", "2021-04-01"]),
        ("2020-02-29", ["2021-02-28"], ["2021-03-01"]),
    ],
)
def test_the_first_day_and_the_corresponding_last_day_count(drawn, inside, outside):
    answer = ask(STEPS, {"drawn_on": drawn, "interest_payments": rows(*inside, *outside)})

    assert answer.amount == 100 * len(inside)


def test_a_day_that_is_missing_stops_the_line():
    assert ask(STEPS, {"interest_payments": rows("2020-05-01")}).missing == ("drawn_on",)
    unknown = {"drawn_on": "2020-03-31", "interest_payments": rows("2020-05-01", "")}
    assert ask(STEPS, unknown).missing == ("interest_payments[1].paid_on",)


def test_columns_leave_out_the_same_rows():
    assert not columns_differ(STEPS)


def test_a_filter_after_the_sum_or_of_rows_nobody_adds_changes_nothing():
    place = "odd-99.steps[1].rows"

    assert refused([STEPS[1], STEPS[0]]) == {"filter_without_effect": place}
    assert refused([standard(), WINDOW]) == {"filter_without_effect": place}


def test_what_is_not_stated_row_by_row_has_no_rows():
    assert refused([{**WINDOW, "rows": "fees"}, rate("1/2", "fees")]) == {"not_rows": "odd-99.steps[0].rows"}


def test_it_is_described():
    paragraph, _, bounds = spoken(STEPS)

    assert "只计自" in paragraph
    assert "起 12 个月内的" in bounds[0]
