"""`score_points`, `score_by`, `score_tiers`: points for criteria, by weights and by tiers make one score."""

import pytest

from review.whatif.rules import adjustables
from tests.policies.engine.batch.odd_rules import fact
from tests.policies.engine.operations.support import ask, columns_differ, refused, rules_of, spoken, texts

NAMED = {"name": "score", "label": "总分"}
GREEN = {"do": "score_points", **NAMED, "points": 40, "criterion": "绿色", "only": {"field": "green", "is": True}}
BY_WEIGHT = {"do": "score_by", **NAMED, "field": "value", "points": "30%"}
BY_SUM = {"do": "score_by", **NAMED, "field": "fees", "points": "1.5", "each": "1000", "up_to": "20"}
WHOLE = {**BY_SUM, "whole": True}
BY_TIER = {"do": "score_tiers", **NAMED, "field": "valid_patents", "table": {"5": "5", "10": "12.5"}, "unit": "件"}
PAID = {"do": "tiers", "field": "score", "table": {"60": "100", "60.0001": "200"}, "nature": "exact"}
FACTS = {"facts": [fact("green", "boolean")]}


@pytest.mark.parametrize(
    ("step", "stated", "told"),
    [
        (BY_WEIGHT, {"value": "99.9"}, "得 29.97 分，累计 29.97 分"),
        (BY_WEIGHT, {"value": "-1"}, "得 0 分"),
        (BY_WEIGHT, {"value": "0.00034"}, "得 0.0001 分"),
        (BY_SUM, {"fees": "999.99"}, "得 1.4999 分"),
        (BY_SUM, {"fees": "13333.33"}, "得 19.9999 分"),
        (BY_SUM, {"fees": "13333.34"}, "得 20 分"),
        (WHOLE, {"fees": "999.99"}, "得 0 分"),
        (WHOLE, {"fees": "1000"}, "得 1.5 分"),
        (WHOLE, {"fees": "13999.99"}, "得 19.5 分"),
        (WHOLE, {"fees": "14000"}, "得 20 分"),
        (BY_TIER, {"valid_patents": 4}, "得 0 分"),
        (BY_TIER, {"valid_patents": 5}, "得 5 分"),
        (BY_TIER, {"valid_patents": 9}, "得 5 分"),
        (BY_TIER, {"valid_patents": 10}, "得 12.5 分"),
    ],
)
def test_each_kind_gives_its_points_at_each_boundary(step, stated, told):
    assert told in texts(ask([step, PAID], stated))[0]


@pytest.mark.parametrize(("value", "yuan"), [("25", 100), ("24.99", 0), ("25.001", 200)])
def test_points_of_all_kinds_make_one_score_that_sets_the_tier(value, yuan):
    """40 for green, 12.5 for ten patents, and 30 % of the figure: 60 from 25 on."""
    answer = ask([GREEN, BY_TIER, BY_WEIGHT, PAID], {"green": True, "valid_patents": 10, "value": value}, **FACTS)

    assert (answer.amount or 0) == yuan * 100


@pytest.mark.parametrize("step", [BY_WEIGHT, BY_SUM, WHOLE, BY_TIER, {**WHOLE, "field": "interest_payments"}])
def test_columns_give_the_same_points(step):
    assert not columns_differ([GREEN, step, PAID], **FACTS)


def test_a_missing_figure_is_named_and_a_rule_is_told():
    assert ask([BY_SUM, PAID]).missing == ("fees",)
    paragraph = spoken([BY_WEIGHT, BY_SUM, BY_TIER, PAID])[0]
    assert "按 30% 计分" in paragraph
    assert "每 1000 得 1.5 分，不满的按比例计，最多 20 分" in paragraph
    assert "5 件以上 5 分，10 件以上 12.5 分" in paragraph


def test_a_simulation_changes_the_points():
    labels = [figure.label for figure in adjustables(rules_of([BY_SUM, BY_TIER, PAID]))]

    assert [label for label in labels if label.endswith(("每档得分", "最多得分", "各档分数：5"))]
    assert refused([{**BY_TIER, "unit": "%"}, PAID]) == {"not_a_rate": "odd-99.steps[0].unit"}
