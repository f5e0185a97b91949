"""`tiers`: a sum by the tier in which a count or a sum stands."""

import pytest

from policies.engine import amount_text
from review.whatif.rules import adjustables, adjusted
from tests.policies.engine.operations.support import ask, columns_differ, refused, rules_of, spoken, texts

TABLE = {"5": "20000", "10": "50000", "30": "100000"}
STEP = {"do": "tiers", "field": "valid_patents", "table": TABLE, "nature": "exact", "unit": "件"}
BY_SUM = {**STEP, "field": "fees", "table": {"1000": "100", "2000.01": "300"}, "unit": "元"}


@pytest.mark.parametrize(
    ("count", "wan"), [(0, 0), (4, 0), (5, 2), (9, 2), (10, 5), (29, 5), (30, 10), (1_000_000, 10)]
)
def test_the_highest_tier_that_is_reached_counts(count, wan):
    assert (ask([STEP], {"valid_patents": count}).amount or 0) == wan * 10_000_00


@pytest.mark.parametrize(("fees", "yuan"), [("999.99", 0), ("1000", 100), ("2000", 100), ("2000.01", 300)])
def test_a_sum_has_its_bounds_in_yuan(fees, yuan):
    assert (ask([BY_SUM], {"fees": fees}).amount or 0) == yuan * 100


def test_rows_are_counted_and_a_missing_fact_is_named():
    rows = [{"paid_on": "2021-01-01", "amount": "1"}] * 5
    step = {**STEP, "field": "interest_payments"}

    assert ask([step], {"interest_payments": rows}).amount == 20_000_00
    assert ask([step]).missing == ("interest_payments",)


@pytest.mark.parametrize("step", [STEP, BY_SUM, {**STEP, "field": "value"}, {**STEP, "field": "interest_payments"}])
def test_columns_find_the_same_tier(step):
    assert not columns_differ([step])


def test_it_says_which_tier_was_reached():
    assert "12，达到 10 件以上，50,000.00 元" in texts(ask([STEP], {"valid_patents": 12}))[0]
    assert "未达到 5 件以上" in texts(ask([STEP], {"valid_patents": 4}))[0]


def test_the_page_shows_every_tier():
    paragraph, heading, bounds = spoken([STEP])

    assert "5 件以上 20,000.00 元，10 件以上 50,000.00 元，30 件以上 100,000.00 元" in paragraph
    assert heading.endswith("最高 10 万元")
    assert bounds[1].endswith("10 件以上：5 万元")
    raised = {
        "do": "scale_by",
        "field": "applicant_size",
        "table": {"small": "120%", "micro": "50%"},
        "otherwise": "100%",
    }
    assert spoken([STEP, raised])[1].endswith("最高 12 万元")


def test_a_simulation_changes_one_tier():
    rules = rules_of([STEP])
    figure = next(figure for figure in adjustables(rules) if figure.label.endswith("：10"))

    assert (figure.kind, figure.value) == ("yuan", "50000")
    assert adjusted(rules, {figure.key: "60000"})["steps"][0]["table"] == {**TABLE, "10": "60000"}
    assert "20,000" in amount_text(rules)


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ({"5": "1", "5.0": "2"}, "repeated"),
        ({}, "too_few"),
        ({"x": "1"}, "number_shape"),
        ({"5": "0"}, "zero_sum"),
        ({"5": "92233720368.55"}, "overflow"),
        (["5"], "no_table"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(table, code):
    assert refused([{**STEP, "table": table}]) == {code: "odd-99.steps[0].table"}
