"""`since_effect`: rows since the policy took effect."""

import pytest

from tests.policies.engine.batch.odd_rules import SINCE_EFFECT, rate
from tests.policies.engine.operations.support import ask, columns_differ, refused, rules_of, texts

STEPS = [SINCE_EFFECT, rate("100%", "interest_payments")]


def paid(*days):
    return {"interest_payments": [{"amount": "1", **({"paid_on": day} if day else {})} for day in days]}


@pytest.mark.parametrize(("day", "amount"), [("2019-12-31", 0), ("2020-01-01", 100), ("", 100)])
def test_the_first_day_of_effect_counts_and_so_does_a_row_without_a_day(day, amount):
    assert (ask(STEPS, paid(day)).amount or 0) == amount


def test_what_is_left_out_is_said_and_nothing_where_all_counts():
    assert "前支付的 1 笔" in texts(ask(STEPS, paid("2019-12-31", "2020-01-01")))[0]
    assert "不计" not in texts(ask(STEPS, paid("2020-01-01")))[0]


def test_the_reading_that_takes_every_row_is_one_of_the_item():
    assert "event_date" in [setting.name for setting in rules_of(STEPS).settings]
    assert ask(STEPS, paid("2019-12-31"), asked={"settings": {"event_date": False}}).amount == 100


@pytest.mark.parametrize("chosen", [{}, {"event_date": False}])
def test_columns_leave_out_the_same_rows(chosen):
    assert not columns_differ(STEPS, chosen=chosen)


def test_a_filter_after_the_sum_changes_nothing():
    assert refused([STEPS[1], STEPS[0]]) == {"filter_without_effect": "odd-99.steps[1].rows"}
