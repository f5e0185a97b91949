"""Tests on facts: where each begins to hold, under either reading, and which readings act."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

import policies
from policies.engine import CatalogueError
from policies.engine.conditions.registry import (
    compile_predicate,
    family_of,
    known_tests,
    labels_of_tests,
    offered_tests,
    usual_test,
)
from policies.engine.terms import FACT_TYPES
from tests.policies.engine.batch.odd_rules import HEAD, catalogue_from, fact, item, standard
from tests.policies.engine.operations.support import ask, columns_differ

LITERAL = {"yishang_inclusive": False, "chaoguo_exclusive": False}
BOUNDS = {
    # test: at the bound, under the usual readings and the others; below it; above it
    "at_least": (True, False, False, True),
    "over": (False, True, False, True),
    "at_most": (True, False, True, False),
    "under": (False, False, True, False),
    "not_over": (True, False, True, False),
    "not_below": (True, True, False, True),
    "not_above": (True, True, True, False),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_a_comparison_at_below_and_above_its_bound(name):
    usual = compile_predicate("n", {name: 10}, {}, {})
    literal = compile_predicate("n", {name: 10}, {}, LITERAL)
    at, at_otherwise, below, above = BOUNDS[name]
    assert (usual({"n": 10}), literal({"n": 10})) == (at, at_otherwise)
    assert {usual({"n": Fraction(99, 10)}), literal({"n": 9})} == {below}
    assert {usual({"n": Fraction(101, 10)}), literal({"n": 11})} == {above}
    assert usual({}) is None
    # Of a list its length is compared.
    assert usual({"n": ("x",) * 10}) is at


def test_the_opposite_of_over_is_not_over_under_either_reading():
    for settings in ({}, LITERAL):
        for number in (9, 10, 11):
            over, not_over = (compile_predicate("n", {name: 10}, {}, settings) for name in ("over", "not_over"))
            assert over({"n": number}) is not not_over({"n": number})


def test_a_list_is_among_values_where_any_of_it_is():
    among, none_of = (compile_predicate("c", {name: ["US", "JP"]}, {}, {}) for name in ("in", "not_in"))
    assert (among({"c": ("US", "DE")}), among({"c": ("DE",)}), among({"c": "JP"}), among({})) == (
        True,
        False,
        True,
        None,
    )
    assert (none_of({"c": ("US", "DE")}), none_of({"c": ("US", "JP")}), none_of({"c": "DE"})) == (True, False, True)
    assert compile_predicate("g", {"is": True}, {}, {})({"g": True})


def test_days_before_on_and_after_a_day():
    days = [date(2021, 5, 9), date(2021, 5, 10), date(2021, 5, 11)]
    before, not_before = (compile_predicate("d", {name: "2021-05-10"}, {}, {}) for name in ("before", "not_before"))
    assert [before({"d": day}) for day in days] == [True, False, False]
    assert [not_before({"d": day}) for day in days] == [False, True, True]


def test_a_fact_may_not_pass_another_and_cannot_be_told_without_it():
    test = compile_predicate("a", {"not_after_field": "b"}, {}, {})
    assert [test({"a": 1, "b": 1}), test({"a": 2, "b": 1}), test({"a": 1}), test({"b": 1})] == [True, False, None, None]


def test_each_test_has_words_and_each_type_of_fact_a_usual_one_among_those_offered():
    assert list(labels_of_tests()) == list(known_tests())
    assert all(usual_test(kind) in offered_tests(kind) for kind in FACT_TYPES)
    assert {name for kind in FACT_TYPES for name in offered_tests(kind)} == set(known_tests())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"at_least": 5}, {"under": 5}),
        ({"over": 5}, {"at_most": 5}),
        ({"not_below": 6}, {"not_above": 5}),
        ({"at_least": 3}, {"not_over": 2}),
    ],
)
def test_conditions_that_can_never_hold_together_are_a_problem(one, other):
    conditions = [{"field": "fee_year", **one}, {"field": "fee_year", **other}]
    with pytest.raises(CatalogueError, match="互相矛盾"):
        catalogue_from((HEAD, [item("odd-1", [standard()], conditions=conditions)]))


def test_conditions_that_meet_in_one_number_are_none():
    conditions = [{"field": "fee_year", "at_least": 5}, {"field": "fee_year", "at_most": 5}]
    assert catalogue_from((HEAD, [item("odd-1", [standard()], conditions=conditions)])).items


def test_which_readings_act_on_a_test():
    acting = {name: set(family_of(name).readings(name)) for name in known_tests()}
    assert {name for name, found in acting.items() if found == {"yishang_inclusive"}} == {"at_least", "at_most"}
    assert {name for name, found in acting.items() if found == {"chaoguo_exclusive"}} == {"over", "under", "not_over"}


def test_no_module_but_its_own_names_a_test():
    root = Path(policies.__file__).parent
    named = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        for name in BOUNDS.keys() - {"at_most", "over"} | {"not_in", "not_before", "not_after_field"}
        if f'"{name}"' in path.read_text("utf-8")
    }
    families = ("membership", "comparisons", "dates", "order_of_facts")
    assert named <= {f"engine/conditions/{name}.py" for name in families}


@pytest.mark.parametrize(("fees", "holds"), [(99_99, False), (100_00, True), (100_01, True)])
def test_a_bound_on_a_sum_is_written_in_yuan(fees, holds):
    assert compile_predicate("fees", {"at_least": 100}, {"fees": "money"}, {})({"fees": fees}) is holds
    assert compile_predicate("fees", {"under": "100.00"}, {"fees": "money"}, {})({"fees": fees}) is not holds


def test_a_condition_on_a_sum_holds_from_its_yuan_on_one_by_one_and_in_columns():
    condition = {"code": "COSTS", "text": "费用不低于 100 元", "field": "fees", "at_least": 100}
    steps = [standard("5000")]

    below = ask(steps, {"fees": "99.99"}, conditions=[condition])
    at = ask(steps, {"fees": "100"}, conditions=[condition])

    assert (below.amount, at.amount) == (0, 5000_00)
    assert columns_differ(steps, conditions=[condition]) == []


def test_a_word_in_place_of_a_number_meets_no_comparison_in_lines_and_columns():
    given = {"facts": [fact("mark", "number")], "conditions": [{"field": "mark", "at_least": "70", "needed": True}]}
    for mark, outcome in (("70", "payable"), ("69.99", "refused"), ("未统计", "refused")):
        assert ask([standard()], {"mark": mark}, **given).outcome == outcome
    assert not columns_differ([standard()], **given)
