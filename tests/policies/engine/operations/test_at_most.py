"""`at_most`: a ceiling of one line."""

import pytest

from tests.policies.engine.batch.odd_rules import rate, standard
from tests.policies.engine.operations.support import ask, columns_differ, refused, spoken

STEPS = [rate("50%", "fees"), {"do": "at_most", "yuan": "1000"}]


@pytest.mark.parametrize(
    ("fees", "amount", "applied"), [("1999.98", 99999, False), ("2000", 100000, False), ("2000.02", 100000, True)]
)
def test_it_cuts_what_lies_above_it_only(fees, amount, applied):
    answer = ask(STEPS, {"fees": fees})

    assert answer.amount == amount
    assert next(step["applied"] for step in answer.steps if step["code"] == "CEILING") is applied


def test_columns_cut_the_same():
    assert not columns_differ(STEPS)


@pytest.mark.parametrize("yuan", ["1000", "999.99"])
def test_a_ceiling_that_no_fixed_sum_reaches_is_refused(yuan):
    assert refused([standard(yuan), {"do": "at_most", "yuan": "1000"}]) == {"useless_ceiling": "odd-99.steps[1].yuan"}


def test_a_ceiling_below_a_fixed_sum_acts():
    assert ask([standard("1000.01"), {"do": "at_most", "yuan": "1000"}]).amount == 100000


def test_it_is_described():
    paragraph, _, bounds = spoken(STEPS)

    assert "每项最高 1,000.00 元" in paragraph
    assert bounds == ("每项最高 1,000 元",)
