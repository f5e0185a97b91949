"""`scale`: a share of the amount for some only."""

import pytest

from tests.policies.engine.batch.odd_rules import INDIVIDUALS, fact, standard
from tests.policies.engine.operations.support import ask, columns_differ, refused, rules_of, spoken

HALF = {"do": "scale", "ratio": "1/2", "label": "个人减半", "only": INDIVIDUALS}
GREEN = {**HALF, "only": {"field": "green", "is": True}}


@pytest.mark.parametrize(("kind", "amount"), [("individual", 249999), ("enterprise", 499999)])
def test_it_cuts_for_those_it_is_for_down_to_the_fen(kind, amount):
    assert ask([standard("4999.99"), HALF], kind=kind).amount == amount


@pytest.mark.parametrize(("line", "amount"), [({"green": True}, 5000), ({"green": False}, 10000), ({}, 10000)])
def test_a_fact_that_is_missing_does_not_hold(line, amount):
    assert ask([standard("100"), GREEN], line, facts=[fact("green", "boolean")]).amount == amount


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
