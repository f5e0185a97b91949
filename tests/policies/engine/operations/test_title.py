"""`title`: a title, with money or without."""

import pytest

from policies.drafting.selectors.settings import leaves_sum_open
from policies.engine import Outcome
from tests.policies.engine.batch.odd_rules import SPLIT, standard
from tests.policies.engine.operations.support import ask, columns_differ, refused, rules_of, spoken

TITLE = {"do": "title", "result": "示范"}
DECIDED = {**TITLE, "decided": "decided"}
ENDING = {**DECIDED, "decided_before": "2021-06-15"}


def test_a_title_alone_is_recognised():
    answer = ask([TITLE])

    assert (answer.outcome, answer.result, answer.amount) == (Outcome.RECOGNISED, "示范", None)


@pytest.mark.parametrize(("day", "amount"), [("2021-06-14", 100), ("2021-06-15", None)])
def test_money_is_paid_for_facts_before_the_phase_out_only(day, amount):
    assert ask([ENDING], {"decided": "1", "granted_on": day}).amount == amount


@pytest.mark.parametrize("step", [TITLE, DECIDED, ENDING])
def test_columns_recognise_the_same(step):
    assert not columns_differ([step])


def test_a_title_may_bring_a_fixed_prize_but_no_second_sum():
    assert ask([TITLE, standard("3000")]).amount == 300000
    assert refused([DECIDED, standard("3000")]) == {"set_twice": "odd-99.steps[1]"}


def test_a_sum_says_more_than_its_title():
    assert spoken([TITLE])[1:] == ("认定或支持 示范", ())
    assert spoken([TITLE, standard("3000")])[1:] == ("每件最高 3,000 元", ("认定或支持 示范",))


@pytest.mark.parametrize(("step", "is_open"), [(TITLE, False), (DECIDED, True), (ENDING, False)])
def test_another_document_may_name_the_sum_that_a_person_decides(step, is_open):
    assert leaves_sum_open(rules_of([step])) is is_open


def test_its_money_may_be_split():
    rules_of([DECIDED], split=SPLIT)
