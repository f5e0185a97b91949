"""Sums by a figure that is stated, figures that are worked out of others, and shares by tiers: at each boundary."""

import pytest

from policies.engine import Outcome
from tests.policies.engine.batch.odd_rules import fact, rate, standard
from tests.policies.engine.operations.support import ask, columns_differ, refused, spoken, texts

AREA = fact("area", "number")
MONTHS = fact("months", "integer")
HEADS = fact("heads", "integer")
LAST = fact("heads_before", "integer")


def unit(field, yuan, **rest):
    return {"do": "per_unit", "field": field, "each": "1", "yuan": yuan, "parts": "down", "nature": "exact", **rest}


def yuan(steps, line, **rest):
    return (ask(steps, line, **rest).amount or 0) / 100


# ---- so much for every N ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ("down", {10: 0, 11: 0, 14: 0, 15: 1000, 19: 1000, 20: 2000, 31: 2000}),
        ("up", {10: 0, 11: 1000, 15: 1000, 16: 2000, 20: 2000, 31: 2000}),
        ("exact", {10: 0, 11: 200, 16: 1200, 20: 2000, 31: 2000}),
    ],
)
def test_so_much_for_every_five_above_ten_and_up_to_twenty(parts, expected):
    steps = [unit("heads", "1000", each="5", above="10", up_to="20", parts=parts)]

    assert {heads: yuan(steps, {"heads": heads}, facts=[HEADS]) for heads in expected} == expected
    for chosen in ({}, {"fen_floor": False}):
        assert not columns_differ(steps, facts=[HEADS], chosen=chosen)


def test_a_base_and_more_for_each_further_five():
    steps = [
        {"do": "tiers", "field": "heads", "table": {"10": "100000"}, "nature": "exact"},
        unit("heads", "30000", each="5", above="10", joins="add"),
        {"do": "at_most", "yuan": "150000"},
    ]
    expected = {9: 0, 10: 100000, 14: 100000, 15: 130000, 20: 150000}

    assert {heads: yuan(steps, {"heads": heads}, facts=[HEADS]) for heads in expected} == expected
    assert not columns_differ(steps, facts=[HEADS])


@pytest.mark.parametrize(("area", "months", "expected"), [("85.5", 7, 17955), ("500", 1, 15000), ("500.01", 1, 15000)])
def test_rent_goes_by_area_and_months(area, months, expected):
    steps = [unit("area", "30", parts="exact", up_to="500", times="months")]
    answer = ask(steps, {"area": area, "months": months}, facts=[AREA, MONTHS])

    assert answer.amount == expected * 100
    assert f"area {area}，每 1 计30.00 元（不足的按比例计），最多计到 500，乘以months" in texts(answer)[0]
    assert not columns_differ(steps, facts=[AREA, MONTHS])
    assert ask(steps, {"area": area}, facts=[AREA, MONTHS]).missing == ("months",)


@pytest.mark.parametrize(("fees", "expected"), [("999999.99", 0), ("1000000", 10000), ("2999999.99", 20000)])
def test_every_million_of_turnover(fees, expected):
    steps = [unit("fees", "10000", each="1000000")]

    assert yuan(steps, {"fees": fees}) == expected
    assert not columns_differ(steps)


def test_no_figure_passes_the_largest_sum():
    steps = [unit("fees", "9000000000", each="0.01", times="months")]

    assert ask(steps, {"fees": "1000000", "months": 12}, facts=[MONTHS]).amount == 10**14
    assert not columns_differ(steps, facts=[MONTHS])


def test_it_is_told_and_its_bounds_are_checked():
    steps = [unit("heads", "1000", each="5", above="10", up_to="20")]

    words, heading, _ = spoken(steps, facts=[HEADS])
    assert "heads超过 10 的部分每 5 计1,000.00 元（不足的不计），最多计到 20" in words
    assert heading == "heads超过 10 的部分每 5 1,000 元"
    for wrong, code in (
        ({"up_to": "10"}, "nothing_between"),
        ({"each": "0"}, "not_positive"),
        ({"each": "-1"}, "not_positive"),
    ):
        assert code in refused([{**steps[0], **wrong}], facts=[HEADS])


# ---- shares by tiers -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("score", "expected"), [("59.99", 0), ("60", 60), ("89.99", 60), ("90", 120)])
def test_a_share_goes_by_the_tier_of_the_score(score, expected):
    steps = [rate("1", "fees"), {"do": "scale_tiers", "field": "score", "table": {"60": "60%", "90": "120%"}}]
    facts = [fact("score", "number")]

    assert yuan(steps, {"fees": "100", "score": score}, facts=facts) == expected
    for chosen in ({}, {"fen_floor": False}):
        assert not columns_differ(steps, facts=facts, chosen=chosen)
    assert "60以上 60%，90以上 120%，不足的不支持" in spoken(steps, facts=facts)[0]
    assert ask(steps, {"fees": "100"}, facts=facts).missing == ("score",)


def test_a_share_may_go_by_a_sum():
    steps = [rate("1", "fees"), {"do": "scale_tiers", "field": "budget", "table": {"0": "10%", "1000": "1/3"}}]

    assert yuan(steps, {"fees": "100", "budget": "999.99"}) == 10
    assert yuan(steps, {"fees": "100", "budget": "1000"}) == 33.33
    assert not columns_differ(steps)


# ---- figures of others -----------------------------------------------------------------------------------------------
GROWN = {"do": "add_up", "name": "grown", "label": "净增", "fields": ["heads"], "less": ["heads_before"]}


@pytest.mark.parametrize(("now", "before", "expected"), [(7, 7, 0), (8, 7, 1000), (6, 7, 0), (10, 7, 3000)])
def test_a_net_growth_counts_and_is_never_below_nothing(now, before, expected):
    steps = [{**GROWN, "result": "integer"}, unit("grown", "1000")]
    line = {"heads": now, "heads_before": before}
    answer = ask(steps, line, facts=[HEADS, LAST])

    assert (answer.amount or 0) == expected * 100
    assert texts(answer)[0] == f"净增：{now} - {before} = {expected // 1000}"
    assert not columns_differ(steps, facts=[HEADS, LAST])


@pytest.mark.parametrize(("third", "holds"), [("299.99", False), ("300", True)])
def test_the_sum_of_three_years_is_asked_for_by_a_condition(third, holds):
    added = {"do": "add_up", "name": "in_all", "label": "三年合计", "fields": ["fees", "budget", "agency_paid"]}
    steps = [{**added, "result": "money"}, standard()]
    line = {"fees": "100", "budget": "600", "agency_paid": third}
    given = {"conditions": [{"field": "in_all", "at_least": 1000}]}

    assert (ask(steps, line, **given).outcome is Outcome.PAYABLE) is holds
    assert not columns_differ(steps, **given)
    assert refused([{**added, "result": "integer"}, standard()]) == {"other_sort": "odd-99.steps[0].fields"}


@pytest.mark.parametrize(("part", "holds"), [("49.99", False), ("50", True)])
def test_a_share_of_another_figure_is_asked_for(part, holds):
    share = {
        "do": "growth_rate",
        "name": "share",
        "label": "研发占比",
        "field": "fees",
        "before": "budget",
        "way": "share",
    }
    given = {"conditions": [{"field": "share", "at_least": "5%"}]}
    answer = ask([share, standard()], {"fees": part, "budget": "1000"}, **given)

    assert (answer.outcome is Outcome.PAYABLE) is holds
    assert not columns_differ([share, standard()], **given)
    assert "费用合计占项目预算的比例" in spoken([share, standard()], **given)[0]


@pytest.mark.parametrize(("rate_", "holds"), [("3.45%", True), ("3.46%", False), ("未统计", False)])
def test_a_rate_may_not_pass_the_one_of_the_day(rate_, holds):
    steps = [
        {"do": "look_up", "name": "lpr", "label": "LPR", "day": "on", "table": {"2019-01-01": "3.45%"}},
        standard(),
    ]
    given = {"facts": [fact("loan_rate", "number")], "conditions": [{"field": "loan_rate", "not_above_field": "lpr"}]}

    assert (ask(steps, {"loan_rate": rate_}, **given).outcome is Outcome.PAYABLE) is holds
    assert not columns_differ(steps, **given)


# ---- terms in months and days, fixed rates, small sums, whole steps up -----------------------------------------------
@pytest.mark.parametrize(
    ("until", "months", "days"),
    [("2021-07-30", "5 个月零 30 天", 180), ("2021-07-31", "6 个月", 181), ("2021-08-01", "6 个月零 1 天", 182)],
)
def test_a_term_is_counted_in_months_or_in_days(until, months, days):
    term = {"do": "term", "name": "kept", "label": "期限", "from": "pledged_on", "until": "claimed_on"}
    by_month, by_day = [{**term, "unit": "months"}, standard()], [{**term, "unit": "days"}, unit("kept", "1")]
    line, asked = {"pledged_on": "2021-01-31"}, {"on": until}

    assert texts(ask(by_month, line, asked=asked))[0].endswith(f"，{months}")
    assert ask(by_day, line, asked=asked).amount == days * 100
    assert not columns_differ(by_month, conditions=[{"field": "kept", "over": 6}])
    assert not columns_differ(by_day)


def test_interest_at_a_fixed_rate_goes_by_the_days_that_were_counted():
    term = {"do": "term", "name": "days", "label": "天数", "from": "drawn_on", "until": "claimed_on", "unit": "days"}
    fixed = {
        "do": "convert",
        "name": "due",
        "label": "贴息",
        "field": "fees",
        "fixed": "2%",
        "days": "days",
        "year": "360",
    }
    steps = [term, fixed, rate("1", "due")]

    assert ask(steps, {"fees": "1000000", "drawn_on": "2021-01-01"}, asked={"on": "2021-04-01"}).amount == 500000
    assert not columns_differ(steps)
    assert "one_rate" in refused(
        [{**fixed, "rate": "fx"}, rate("1", "due")], facts=[fact("days", "integer"), fact("fx", "number")]
    )


@pytest.mark.parametrize(("fees", "expected"), [("999.99", 0), ("1000", 1000)])
def test_too_small_a_sum_is_not_paid(fees, expected):
    steps = [rate("1", "fees"), {"do": "nothing_below", "yuan": "1000"}]

    assert yuan(steps, {"fees": fees}) == expected
    assert not columns_differ(steps)
    assert "不足 1,000.00 元的不支持" in spoken(steps)[0]


@pytest.mark.parametrize(("fees", "expected"), [("0.01", 100), ("100", 100), ("100.01", 200)])
def test_any_rest_makes_a_whole_step_more(fees, expected):
    steps = [rate("1", "fees"), {"do": "round_to", "unit": "100", "way": "up"}]

    assert yuan(steps, {"fees": fees}) == expected
    assert not columns_differ(steps)


@pytest.mark.parametrize(("share", "fen"), [("33.5", 3350), ("100", 10000), ("0.01", 1), ("100.01", None), ("0", None)])
def test_a_share_may_have_decimals(share, fen):
    steps = [standard("100"), {"do": "joint_share", "field": "share", "way": "percent"}]
    facts = [fact("share", "number")]

    assert ask(steps, {"share": share}, facts=facts).amount == fen
    assert not columns_differ(steps, facts=facts)
