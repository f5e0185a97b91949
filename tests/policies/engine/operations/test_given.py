"""`given`: a sum set outside the document."""

import pytest

from policies.engine import Outcome
from tests.policies.engine.operations.support import ask, columns_differ, rules_of, spoken


def step(missing):
    return {"do": "given", "fields": ["decided", "requested"], "missing": missing}


@pytest.mark.parametrize(
    ("line", "amount"),
    [({"decided": "10", "requested": "20"}, 1000), ({"requested": "20"}, 2000), ({"decided": "0.01"}, 1)],
)
def test_the_first_field_that_is_stated_is_the_sum(line, amount):
    assert ask([step("no_amount")], line).amount == amount


@pytest.mark.parametrize(
    ("missing", "outcome", "needed"),
    [("no_amount", Outcome.NO_AMOUNT, False), ("undetermined", Outcome.UNDETERMINED, True)],
)
def test_without_a_sum_a_person_decides_or_it_is_missing(missing, outcome, needed):
    assert ask([step(missing)]).outcome is outcome
    assert rules_of([step(missing)]).fact("decided").needed is needed
    assert not columns_differ([step(missing)])


def test_it_is_described():
    assert spoken([step("no_amount")])[:2] == (
        "文件未定金额，一事一议；其他政策已就同一事项支持的，只补差额。",
        "金额 由审定决定",
    )
