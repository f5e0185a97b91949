"""`rate_of`: a share of costs."""

import pytest

from policies.engine import Outcome
from tests.policies.engine.batch.odd_rules import rate
from tests.policies.engine.operations.support import ask, columns_differ, refused, spoken, texts


@pytest.mark.parametrize(
    ("combine", "cap", "amount"),
    [("sum", "6000", 200000), ("largest", "6000", 166667), ("sum", "7500.01", 250000), ("sum", "7499.99", 249999)],
)
def test_costs_are_added_or_the_largest_taken_up_to_the_base(combine, cap, amount):
    steps = [rate("1/3", "fees", "agency_paid", combine=combine, base_at_most=cap)]

    assert ask(steps, {"fees": "2500", "agency_paid": "5000.01"}).amount == amount
    assert not columns_differ(steps)


def test_the_share_is_cut_down_to_the_fen_unless_the_reading_says_otherwise():
    steps = [rate("1/2", "fees")]

    assert ask(steps, {"fees": "0.03"}).amount == 1
    assert ask(steps, {"fees": "0.03"}, asked={"settings": {"fen_floor": False}}).amount == 2
    assert not columns_differ(steps, chosen={"fen_floor": False})


@pytest.mark.parametrize(("every", "missing"), [(False, ("fees",)), (True, ("fees", "agency_paid"))])
def test_costs_that_nobody_states_are_missing(every, missing):
    steps = [rate("1/2", "fees", "agency_paid", **({"all": True} if every else {}))]

    assert ask(steps).missing == missing
    assert ask(steps, {"agency_paid": "100"}).amount == 5000
    assert not columns_differ(steps)


def test_without_a_ratio_the_districts_own_sum_stands_in():
    step = {"do": "rate_of", "fields": ["fees"], "nature": "ceiling", "ratio_setting": "district_ratio"}
    steps = [{**step, "or_field": "district_amount"}]

    assert ask(steps, {"fees": "100", "district_amount": "70"}).amount == 7000
    assert ask(steps, {"fees": "100"}).outcome is Outcome.UNDETERMINED
    assert ask(steps, {"fees": "100"}, asked={"settings": {"district_ratio": "40%"}}).amount == 4000
    assert not columns_differ(steps)
    assert not columns_differ(steps, chosen={"district_ratio": "40%"})


def test_the_trace_names_the_costs_and_the_base():
    (text, *_) = texts(ask([rate("50%", "fees", "agency_paid")], {"fees": "10", "agency_paid": "20"}))

    assert "（计入基数 30.00 元），按最高 50% 计 15.00 元" in text


def test_it_is_described_with_its_base():
    paragraph, heading, _ = spoken([rate("50%", "fees", base_at_most="6000")])

    assert paragraph.startswith("按费用合计（基数最高 6,000.00 元）的最高 50% 计")
    assert heading == "按费用合计的最高 50%"


@pytest.mark.parametrize(
    ("line", "amount"),
    [
        ({"fees": "1000"}, None),
        ({"fees": "1000", "budget": "800"}, 0),
        ({"fees": "1000.02", "budget": "800"}, 1),
        ({"fees": "1000", "budget": "1000.01"}, 0),
        ({"fees": "3000", "budget": "800"}, 100000),
    ],
)
def test_only_what_passes_the_deductible_and_the_year_before_counts(line, amount):
    steps = [rate("1/2", "fees", less="budget", above="200")]
    answer = ask(steps, line)

    assert (answer.amount or 0) == (amount or 0)
    assert answer.missing == (("budget",) if amount is None else ())
    assert not columns_differ(steps)
    assert spoken(steps)[0].startswith("按费用合计比项目预算多的部分超过 200.00 元的部分的最高 50% 计")


@pytest.mark.parametrize("both", [True, False])
def test_a_ratio_has_one_source(both):
    step = rate("50%", "fees", ratio_setting="district_ratio") if both else rate("50%", "fees")
    if not both:
        del step["ratio"]

    assert refused([step]) == {"one_ratio": "odd-99.steps[0].ratio"}


def test_a_share_of_what_is_no_sum_is_refused():
    assert refused([rate("50%", "granted_on")]) == {"not_a_sum": "odd-99.steps[0].fields"}


@pytest.mark.parametrize(("floor", "fen"), [(True, 200000), (False, 200001)])
def test_a_share_finer_than_a_fen_is_rounded_by_the_reading(floor, fen):
    step = rate("1/3", "fees", "agency_paid", combine="sum", base_at_most="6000.02")
    settings = {"fen_floor": floor}

    answer = ask([step], {"fees": "3500", "agency_paid": "2500.02"}, asked={"settings": settings})
    assert answer.amount == fen
