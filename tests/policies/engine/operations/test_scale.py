"""`scale`: a share of the amount for some only."""

import pytest

from tests.policies.engine.batch.odd_rules import INDIVIDUALS, fact, rate, standard
from tests.policies.engine.operations.support import ask, columns_differ, refused, rules_of, spoken

HALF = {"do": "scale", "ratio": "1/2", "label": "个人减半", "only": INDIVIDUALS}
GREEN = {**HALF, "only": {"field": "green", "is": True}}


@pytest.mark.parametrize(("kind", "amount"), [("individual", 249999), ("enterprise", 499999)])
def test_it_cuts_for_those_it_is_for_down_to_the_fen(kind, amount):
    assert ask([standard("4999.99"), HALF], kind=kind).amount == amount


@pytest.mark.parametrize(("line", "amount"), [({"green": True}, 5000), ({"green": False}, 10000), ({}, None)])
def test_it_asks_for_the_fact_that_it_goes_by(line, amount):
    answer = ask([standard("100"), GREEN], line, facts=[fact("green", "boolean")])

    assert answer.amount == amount
    assert answer.missing == (() if line else ("green",))


@pytest.mark.parametrize(("fees", "ratio", "amount"), [("99.99", "120%", 11998), ("99.99", "250%", 24997)])
def test_a_bonus_may_pass_the_whole(fees, ratio, amount):
    steps = [rate("1", "fees"), {**HALF, "ratio": ratio, "label": "上浮"}]

    assert ask(steps, {"fees": fees}, kind="individual").amount == amount
    assert not columns_differ(steps)
    assert not columns_differ(steps, chosen={"fen_floor": False})


@pytest.mark.parametrize(
    ("only", "code"),
    [
        ({"field": "fee_year", "before": "2020-01-01"}, "unsuited_test"),
        ({"field": "applicant_kind", "in": ["nobody"]}, "no_choice"),
        ({"field": "interest_payments", "in": ["x"]}, "unsuited_test"),
    ],
)
def test_a_test_that_makes_no_sense_is_refused_wherever_it_stands(only, code):
    limit = {"yuan": "1", "per": ["applicant"], "scale": {"ratio": "1/2", "only": only}}

    assert list(refused([standard(), {**HALF, "only": only}])) == [code]
    assert list(refused([standard()], conditions=[only])) == [code]
    assert list(refused([standard()], conditions=[{"unless": only}])) == [code]
    assert list(refused([standard()], limits=[limit])) == [code]


def test_columns_cut_the_same_under_both_roundings():
    for chosen in ({}, {"fen_floor": False}):
        assert not columns_differ([standard("4999.99"), HALF], chosen=chosen)


def test_the_fact_it_asks_about_has_to_be_defined():
    rules_of([standard(), {**HALF, "only": {"field": "fee_year", "over": 4}}]).fact("fee_year")
    assert refused([standard(), GREEN]) == {"undefined_fact": "odd-99.facts"}


def test_it_is_called_by_its_name():
    paragraph, _, bounds = spoken([standard(), HALF])

    assert "；个人减半；" in paragraph
    assert bounds == ("个人减半",)
