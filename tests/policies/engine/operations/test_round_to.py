"""`round_to`: whole hundreds or ten-thousands."""

import pytest

from tests.policies.engine.batch.odd_rules import rate
from tests.policies.engine.operations.support import ask, columns_differ, refused, spoken


def steps(way, unit="100"):
    return [rate("1", "fees"), {"do": "round_to", "unit": unit, "way": way}]


@pytest.mark.parametrize(
    ("fees", "down", "half_up"), [("149.99", 100, 100), ("150", 100, 200), ("99.99", 0, 100), ("49.99", 0, 0)]
)
def test_the_rest_is_dropped_or_a_half_goes_up(fees, down, half_up):
    for way, yuan in (("down", down), ("half_up", half_up)):
        assert (ask(steps(way), {"fees": fees}).amount or 0) == yuan * 100
        assert not columns_differ(steps(way))


def test_it_is_told_and_bounded():
    assert "取整到 10,000.00 元（舍去尾数）" in spoken(steps("down", "10000"))[0]
    assert refused(steps("down", "1000000000000")) == {"overflow": "odd-99.steps[1].unit"}
