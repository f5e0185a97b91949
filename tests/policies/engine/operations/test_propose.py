"""`propose`: less than a ceiling may be proposed."""

import pytest

from tests.policies.engine.batch.odd_rules import standard
from tests.policies.engine.operations.support import ask, columns_differ, refused

PROPOSE = {"do": "propose", "field": "requested"}
STEPS = [standard("3000"), PROPOSE]


@pytest.mark.parametrize(
    ("requested", "amount", "applied"),
    [("2999.99", 299999, True), ("3000", 300000, False), ("3000.01", 300000, False)],
)
def test_less_is_taken_and_more_is_not(requested, amount, applied):
    answer = ask(STEPS, {"requested": requested})

    assert answer.amount == amount
    assert next(step["applied"] for step in answer.steps if step["code"] == "PROPOSED") is applied


def test_without_a_proposal_nothing_is_said():
    assert "PROPOSED" not in [step["code"] for step in ask(STEPS).steps]


def test_columns_take_the_same():
    assert not columns_differ(STEPS)


def test_less_than_a_fixed_sum_cannot_be_proposed():
    assert refused([{**standard(), "nature": "exact"}, PROPOSE]) == {"nothing_to_propose": "odd-99.steps[1]"}
