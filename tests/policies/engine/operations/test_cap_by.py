"""`cap_by`: not more than a sum of facts."""

import pytest

from tests.policies.engine.batch.odd_rules import standard
from tests.policies.engine.operations.support import ask, columns_differ, refused, rules_of, spoken

STANDARD = standard("5000")


def cap(**rest):
    return {"do": "cap_by", "fields": ["fees", "agency_paid"], **rest}


@pytest.mark.parametrize(("fees", "amount"), [("4899.99", 499999), ("4900", 500000), ("4900.01", 500000)])
def test_it_cuts_to_the_facts_added_up(fees, amount):
    assert ask([STANDARD, cap()], {"fees": fees, "agency_paid": "100"}).amount == amount
    assert not columns_differ([STANDARD, cap()])


def test_what_was_had_before_is_taken_off_but_never_more_than_there_is():
    steps = [STANDARD, cap(less="subsidised_before")]

    assert ask(steps, {"fees": "4000", "subsidised_before": "3999.99"}).amount == 1
    assert not ask(steps, {"fees": "4000", "subsidised_before": "4000.01"}).amount
    assert not columns_differ(steps)


def test_a_ledger_may_be_taken_off():
    steps = [STANDARD, cap(less_ledger="other_policy")]

    assert ask(steps, {"fees": "4000"}, asked={"paid": {"other_policy": "1000"}}, overlap=False).amount == 300000
    assert not columns_differ(steps)


@pytest.mark.parametrize(("fees", "amount"), [("9999.98", 499999), ("10000", 500000), ("10000.01", 500000)])
def test_it_may_cut_to_a_share_of_the_facts(fees, amount):
    steps = [STANDARD, cap(fields=["fees"], ratio="50%")]

    assert ask(steps, {"fees": fees}).amount == amount
    assert not columns_differ(steps, chosen={"fen_floor": False})
    assert "不超过费用合计的 50%" in spoken(steps)[0]


def test_another_fact_stands_in_where_none_is_given():
    steps = [STANDARD, cap(**{"else": "budget"})]

    assert ask(steps, {"budget": "10"}).amount == 1000
    assert ask(steps).missing == ("fees", "agency_paid")
    assert not columns_differ(steps)


def test_it_may_act_only_with_certain_facts_and_needs_none_then():
    steps = [STANDARD, cap(only_with=["fees"])]

    assert ask(steps, {"agency_paid": "10"}).amount == 500000
    assert ask(steps, {"fees": "10"}).amount == 1000
    assert not rules_of(steps).fact("agency_paid").needed
    assert rules_of([STANDARD, cap()]).fact("agency_paid").needed


def test_its_own_name_goes_before_those_of_the_facts():
    paragraph, _, bounds = spoken([STANDARD, cap(label="全部费用")])

    assert "不超过全部费用" in paragraph
    assert bounds == ("不超过全部费用",)
    assert spoken([STANDARD, cap(only_with=["fees"])])[2] == ()


def test_nothing_can_be_cut_before_it_is_set():
    assert refused([cap(), STANDARD])["not_set_yet"] == "odd-99.steps[0]"
