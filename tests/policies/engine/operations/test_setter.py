"""What steps that set a sum share: for whom each acts, and how it stands to the sum before it."""

import pytest

from tests.policies.engine.batch.odd_rules import INDIVIDUALS, fact, rate, standard
from tests.policies.engine.operations.support import ask, columns_differ, refused, spoken, texts

GREEN = {"only": {"field": "green", "is": True}, "label": "绿色"}
FACTS = [fact("green", "boolean")]


def two(joins, **rest):
    return [standard("100"), rate("50%", "fees", joins=joins, **rest)]


@pytest.mark.parametrize(
    ("joins", "fees", "fen"),
    [
        ("larger", "199.99", 10000),
        ("larger", "200.02", 10001),
        ("smaller", "199.99", 9999),
        ("smaller", "200.02", 10000),
        ("add", "199.99", 19999),
        ("otherwise", "500", 10000),
    ],
)
def test_a_second_sum_stands_beside_the_first(joins, fees, fen):
    assert ask(two(joins), {"fees": fees}).amount == fen
    assert not columns_differ(two(joins))


@pytest.mark.parametrize(("green", "fen"), [(True, 15000), (False, 10000), (None, None)])
def test_a_step_may_be_for_some_only_and_asks_who(green, fen):
    line = {"fees": "100"} if green is None else {"fees": "100", "green": green}
    answer = ask(two("add", **GREEN), line, facts=FACTS)

    assert answer.amount == fen
    assert answer.missing == (("green",) if green is None else ())
    assert not columns_differ(two("add", **GREEN), facts=FACTS)


@pytest.mark.parametrize(("kind", "fen"), [("individual", 300), ("enterprise", 100)])
def test_what_is_not_for_these_falls_to_the_next_step(kind, fen):
    steps = [
        {**standard("3"), "only": INDIVIDUALS, "label": "个人"},
        {**standard("1"), "joins": "otherwise"},
    ]

    assert ask(steps, kind=kind).amount == fen
    assert not columns_differ(steps)
    paragraph, heading, bounds = spoken(steps)
    assert "个人：每件最高 3.00 元；否则：每件最高 1.00 元" in paragraph
    assert (heading, bounds) == ("个人：每件最高 3 元", ("否则：每件最高 1 元",))


def test_all_lines_of_a_claim_and_equal_ones_are_followed():
    steps = [{"do": "per_n", "n": 2, "yuan": "10", "nature": "exact"}, {**standard("25"), "joins": "larger"}]

    assert [ask(steps, {"count": count}).amount for count in (4, 6)] == [2500, 3000]
    assert not columns_differ(steps)


def test_the_trace_names_both_sums():
    assert "取两者中较高的：前面 100.00 元，这一步 150.00 元，计 150.00 元" in texts(
        ask(two("larger"), {"fees": "300"})
    )


@pytest.mark.parametrize(
    ("steps", "faults"),
    [
        ([standard(), standard("3")], {"set_twice": "odd-99.steps[1]"}),
        ([{**standard(), "joins": "add"}], {"nothing_to_join": "odd-99.steps[0].joins"}),
        ([{**standard(), "only": INDIVIDUALS}], {"unnamed_only": "odd-99.steps[0].label"}),
        ([standard("5"), {"do": "at_most", "yuan": "5"}], {"useless_ceiling": "odd-99.steps[1].yuan"}),
    ],
)
def test_steps_that_do_not_fit_are_refused(steps, faults):
    assert refused(steps) == faults


def test_a_ceiling_over_sums_that_are_added_is_of_use():
    steps = [standard("5"), {**standard("3"), "joins": "add"}, {"do": "at_most", "yuan": "7.99"}]

    assert ask(steps).amount == 799
