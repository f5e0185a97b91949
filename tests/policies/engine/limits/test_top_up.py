"""`tops_up`: the difference to what the applicant had of the item before."""

import pytest

from policies.engine import amount_text
from tests.policies.engine.operations.support import ask, columns_differ, rules_of

STEPS = [{"do": "tiers", "field": "valid_patents", "table": {"10": "5000", "30": "12000"}, "nature": "exact"}]
RULES = {"limits": [{"tops_up": "lifetime"}]}


@pytest.mark.parametrize(
    ("count", "paid", "yuan"),
    [(10, "0", 5000), (29, "5000", 0), (30, "5000", 7000), (30, "11999.99", 0.01), (30, "12000", 0), (30, "0", 12000)],
)
def test_a_higher_tier_brings_the_difference(count, paid, yuan):
    answer = ask(STEPS, {"valid_patents": count}, asked={"paid": {"lifetime": paid}}, **RULES)
    assert (answer.amount or 0) == round(yuan * 100)
    assert paid == "0" or "只补差额" in str([*answer.steps, *answer.reasons])


def test_a_simulation_adds_up_what_earlier_claims_had():
    assert "累计已获本事项支持的只补差额" in amount_text(rules_of(STEPS, **RULES))
    assert columns_differ(STEPS, **RULES) == []
    assert columns_differ(STEPS, limits=[{"tops_up": "same_year"}, {"yuan": "9000", "per": ["applicant"]}]) == []
