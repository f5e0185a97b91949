"""What each of the sixty targets aims at, read from the catalogue."""

from collections import Counter
from decimal import Decimal

import pytest

from policies.engine import compile_item, load_catalogue, plain_content
from review.targets.goals import Goal, goal_of
from review.targets.sources import SOURCES

CATALOGUE = load_catalogue()
GOALS: dict[str, Goal] = {
    code: goal_of(versions[-1]) for code, versions in CATALOGUE.items.items() if versions[-1].kind == "target"
}


def test_every_target_of_the_catalogue_has_an_aim_and_a_year():
    assert Counter(code.partition("-")[0] for code in GOALS) == {"sz2021": 36, "bh2024": 13, "fj8": 11}
    assert {goal.years[-1] for code, goal in GOALS.items() if code.startswith("bh2024")} == {2026}
    assert {goal.years[-1] for code, goal in GOALS.items() if code.startswith("fj8")} == {2023}
    assert {year for code, goal in GOALS.items() if code.startswith("sz2021") for year in goal.years} == {
        2021,
        2022,
        2023,
    }


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("sz2021-t-21-hvnew", "不低于 4,000 件"),
        ("sz2021-t-21-agencies", "超过 1,000 家"),
        ("sz2021-t-21-abs", "区间，自 1 单起达成"),
        ("sz2021-t-22-pledgecover", "达到“全市”"),
        ("sz2021-t-23-pledge", "超过 50 亿元"),
        ("fj8-t-gb", "不低于 90%"),
        ("bh2024-t-growth", "超过 0 个百分点"),
    ],
)
def test_the_comparison_is_said_in_words(code, words):
    assert GOALS[code].words == words


def test_a_yearly_target_has_each_of_its_years():
    assert GOALS["sz2021-27-t-train"].years == (2021, 2022, 2023)
    assert GOALS["sz2021-27-t-train"].is_yearly
    assert not GOALS["bh2024-t-agency"].is_yearly


def test_one_measure_of_several_years_is_one_series():
    series = {GOALS[f"sz2021-t-{year}-per10k"].series for year in (21, 22, 23)}
    assert len(series) == 1
    assert GOALS["sz2021-t-22-pledgefirms"].series == GOALS["sz2021-25-t-firms"].series
    # New ones within a year are no stock at the end of another.
    assert GOALS["sz2021-t-22-dense"].series != GOALS["sz2021-t-23-dense"].series


def test_no_series_has_two_targets_for_one_year():
    places = Counter((goal.series, year) for goal in GOALS.values() for year in goal.years)
    assert [place for place, count in places.items() if count > 1] == []


def test_what_the_plan_says_twice_is_measured_once():
    twice = {code: goal.measured_as for code, goal in GOALS.items() if goal.is_restated}
    assert set(twice) == {code for code, goal in GOALS.items() if "重申" in goal.title}
    for code, first in twice.items():
        assert (GOALS[code].target, GOALS[code].op) == (GOALS[first].target, GOALS[first].op)


@pytest.mark.parametrize(
    ("words", "years"),
    [
        ("2023-12-31 前", (2023,)),
        ("2021—2023 年每年", (2021, 2022, 2023)),
        ("2021—2023 年累计", (2023,)),
        ("方案结束前", (2026,)),
    ],
)
def test_the_years_are_read_from_the_deadline_or_else_from_the_effect(words, years):
    content = plain_content(CATALOGUE.items["bh2024-t-nodes"][-1])
    content["steps"][0]["deadline"] = words
    assert goal_of(compile_item(content)).years == years


def test_an_item_that_measures_nothing_is_no_goal():
    with pytest.raises(ValueError, match="no target"):
        goal_of(CATALOGUE.items["wx2020-01-inv"][-1])


def test_every_source_reads_items_and_facts_that_there_are():
    for code, source in SOURCES.items():
        assert code in GOALS
        for item in source.items:
            facts = {fact.name for fact in CATALOGUE.items[item][-1].facts}
            assert {source.day, *([source.fact] if source.fact else [])} <= facts, (code, item)
        assert source.counted
        assert source.missing


def test_targets_are_exact_numbers():
    assert GOALS["sz2021-t-21-per10k"].target == Decimal("23.5")
    assert all(goal.target is None or isinstance(goal.target, Decimal) for goal in GOALS.values())
