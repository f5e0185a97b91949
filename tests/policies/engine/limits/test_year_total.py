"""`year_total`: a year's money that all claims share, in full or in proportion, by the largest remainder."""

import numpy as np
import pytest

from policies.engine import amount_text, assess
from policies.engine.batch import generate, questions, simulate
from policies.engine.shortage import PRO_RATA, ration
from tests.policies.engine.batch.odd_rules import PER, rate
from tests.policies.engine.operations.support import NAME, ask, catalogue_with, refused, rules_of

STEPS = [rate("1", "fees")]
TOTAL = {"year_total": "1000", "per": PER["city"]}


@pytest.mark.parametrize(
    ("fees", "paid", "yuan"), [("999.99", "0", 999.99), ("1000.01", "0", 1000), ("600", "500", 500), ("1", "1000", 0)]
)
def test_a_lone_claim_gets_at_most_what_is_left_and_is_told_of_the_proportion(fees, paid, yuan):
    answer = ask(STEPS, {"fees": fees}, limits=[TOTAL], asked={"paid": {"programme_year": paid}})
    assert (answer.amount or 0) == round(yuan * 100)
    assert "不足时各项按同一比例折算" in str([*answer.steps, *answer.reasons])


@pytest.mark.parametrize("per", ["city", "district"])
def test_a_simulation_shares_each_years_money_in_the_order_of_filing(per):
    """The oracle answers every claim alone and shares what they get, bucket by bucket."""
    catalogue = catalogue_with(STEPS, limits=[{**TOTAL, "year_total": "90000.01", "per": PER[per]}])
    population = generate(catalogue, 300, seed=3)
    alone = [assess(catalogue, question).amount or 0 for question in questions(catalogue, population)]
    simulation = simulate(catalogue, population)
    region = population.region if per == "district" else np.zeros(300, dtype=int)
    expected = np.zeros(300, dtype=np.int64)
    for year, where in {*zip(population.years().tolist(), region.tolist(), strict=True)}:
        members = np.flatnonzero((population.years() == year) & (region == where))
        expected[members] = ration([alone[at] for at in members], 9_000_001, PRO_RATA)
    assert simulation.amount.tolist() == expected.tolist()
    assert (expected < alone).any()
    assert sum(int(lines.sum()) for lines in simulation.line_amounts) == expected.sum()


def test_it_is_told_and_shared_by_all():
    assert "全市每年资金共 1,000.00 元，不足时各项按同一比例折算" in amount_text(rules_of(STEPS, limits=[TOTAL]))
    wrong = refused(STEPS, limits=[{**TOTAL, "per": PER["applicant"]}])
    assert wrong == {"not_shared_by_all": f"{NAME}.limits[0].per"}
