"""Payment in stages: shares that add up to what is granted, told in words, and refused where they make no sense."""

from fractions import Fraction

import pytest

from policies.engine import amount_text
from policies.engine.stages import Stage, parts_of
from tests.policies.engine.batch.odd_rules import standard
from tests.policies.engine.operations.support import ask, refused, rules_of

STAGES = [{"share": "60%"}, {"share": "40%", "milestone": "项目验收合格", "days": 20}]


def test_stages_are_told_and_change_no_sum():
    rules = rules_of([standard()], stages=STAGES)
    assert "分 2 期拨付：批准后 60%，项目验收合格（20 个工作日内） 40%" in amount_text(rules)
    assert ask([standard()], stages=STAGES).amount == ask([standard()]).amount == 500000
    plain = rules_of([standard()])
    assert (plain.stages, "stages" in plain.content) == ((), False)


@pytest.mark.parametrize(
    ("fen", "shares", "parts"),
    [
        (100, ("60%", "40%"), [60, 40]),
        (1, ("60%", "40%"), [1, 0]),
        (3, ("50%", "50%"), [2, 1]),
        (100, ("1/3", "1/3", "1/3"), [34, 33, 33]),
    ],
)
def test_what_is_paid_adds_up_to_the_fen_by_largest_remainder(fen, shares, parts):
    ratios = [Fraction(one) if "/" in one else Fraction(one[:-1]) / 100 for one in shares]
    assert parts_of(fen, [Stage(ratio) for ratio in ratios]) == parts


def test_nonsense_stages_are_refused_at_their_place():
    first, second = STAGES
    for stages, code, where in (
        ([first], "stages_too_few", "odd-99.stages"),
        ([first, first], "shares_of_stages", "odd-99.stages"),
        ([second, {"share": "60%"}], "no_milestone", "odd-99.stages[1].milestone"),
    ):
        assert refused([standard()], stages=stages)[code] == where
    measured = {"do": "measure", "field": "value", "op": ">=", "target": "1", "unit": "件", "deadline": "年末"}
    assert "no_money_in_stages" in refused([measured], stages=STAGES, kind="target")
    assert "missing" in refused([standard()], stages=[first, {"milestone": "验收"}])
