"""`net_of`: the amount less what was had elsewhere."""

import pytest

from tests.policies.engine.batch.odd_rules import standard
from tests.policies.engine.operations.support import ask, columns_differ, refused, spoken, texts

ALL = {"do": "net_of", "fields": ["fees"], "label": "省级奖励"}
HALF = {**ALL, "ratio": "50%"}
BOTH = {"do": "net_of", "fields": ["fees", "interest_payments"]}


@pytest.mark.parametrize(
    ("step", "fees", "fen"),
    [(ALL, "0", 100000), (ALL, "999.99", 1), (ALL, "1000", 0), (ALL, "1000.01", 0), (HALF, "999.99", 50001)],
)
def test_what_was_had_is_taken_off(step, fees, fen):
    assert (ask([standard("1000"), step], {"fees": fees}).amount or 0) == fen


def test_columns_take_off_the_same():
    for step in (ALL, HALF, BOTH):
        assert not columns_differ([standard("3000"), step])
    assert not columns_differ([standard("3000"), HALF], chosen={"fen_floor": False})


def test_it_is_told_and_asks_for_what_was_had():
    assert "扣除省级奖励的 50%，扣除 5.00 元" in texts(ask([standard("1000"), HALF], {"fees": "10"}))[1]
    assert ask([standard("1000"), ALL]).missing == ("fees",)
    assert "扣除省级奖励" in spoken([standard("1000"), ALL])[0]
    assert refused([standard("1000"), {**ALL, "fields": ["fee_year"]}]) == {"not_a_sum": "odd-99.steps[1].fields"}
