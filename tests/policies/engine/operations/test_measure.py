"""`measure`: a measured value against a target."""

import pytest

from policies.engine import Outcome
from tests.policies.engine.batch.odd_rules import SPLIT
from tests.policies.engine.operations.support import ask, columns_differ, refused, rules_of, spoken, texts


def step(op=">=", **rest):
    return {
        "do": "measure",
        "field": "value",
        "op": op,
        "unit": "件",
        "deadline": "2023 年",
        **(rest or {"target": "40.5"}),
    }


def measured(one, value, **asked):
    return ask([one], {"value": value}, asked=asked)


@pytest.mark.parametrize(
    ("op", "value", "met"),
    [(">=", "40.4", False), (">=", "40.5", True), ("range", "40.5", True), (">", "40.5", False), (">", "40.6", True)],
)
def test_the_target_itself_is_reached_unless_it_has_to_be_passed(op, value, met):
    assert measured(step(op), value).outcome is (Outcome.TARGET_MET if met else Outcome.TARGET_MISSED)


def test_another_reading_of_more_than_takes_the_target_itself():
    assert measured(step(">"), "40.5", settings={"chaoguo_exclusive": False}).outcome is Outcome.TARGET_MET
    assert "chaoguo_exclusive" in [setting.name for setting in rules_of([step(">")]).settings]
    assert "chaoguo_exclusive" not in [setting.name for setting in rules_of([step()]).settings]


@pytest.mark.parametrize(("value", "outcome"), [("全市", Outcome.TARGET_MET), ("半市", Outcome.TARGET_MISSED)])
def test_a_target_in_words_has_to_be_met_in_words(value, outcome):
    assert measured(step("=", equals="全市"), value).outcome is outcome


def test_a_word_where_a_number_is_wanted_is_missing():
    assert measured(step(), "很多").missing == ("value",)
    assert ask([step()]).missing == ("value",)


@pytest.mark.parametrize("one", [step(), step(">"), step("=", equals="全市")])
def test_columns_measure_the_same(one):
    assert not columns_differ([one])


def test_the_target_is_said_with_its_deadline():
    assert texts(measured(step(), "41"))[0].endswith("2023 年目标为不低于 40.5 件，实测 41，已达成")
    paragraph, heading, _ = spoken([step(target="4000")])
    assert paragraph.startswith("2023 年的目标为不低于 4000 件")
    assert heading == "2023 年目标 不低于 4,000 件"
    assert spoken([step("=", equals="全市")])[1] == "2023 年目标 全市 件"


@pytest.mark.parametrize("rest", [{"target": "1", "equals": "全市"}, {"unit": "件"}])
def test_a_target_is_a_number_or_words(rest):
    assert refused([step(**rest)]) == {"one_target": "odd-99.steps[0].target"}


def test_there_is_no_money_to_split():
    assert refused([step()], split=SPLIT) == {"nothing_to_split": "odd-99.split"}
