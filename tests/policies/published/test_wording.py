"""The words of lists: how much, bounded by what."""

import pytest

from policies.engine import load_catalogue
from policies.published.wording import amount_words, fact_label, short_sum


@pytest.mark.parametrize(
    ("yuan", "words"),
    [
        ("0.05", "0.05 元"),
        ("500", "500 元"),
        ("9999.99", "9,999.99 元"),
        ("10000", "1 万元"),
        ("12300", "1.23 万元"),
        ("10001", "10,001 元"),
        ("500000.00", "50 万元"),
    ],
)
def test_a_round_sum_is_short_and_loses_nothing(yuan, words):
    assert short_sum(yuan) == words


@pytest.mark.parametrize(
    ("code", "line", "bound"),
    [
        ("wx2020-01-inv", "每件最高 5,000 元", "个人减半"),
        ("wx2020-04-gb", "每家给予 5 万元", "同一主体最多 1 次"),
        ("wx2020-05-loan", "按已付利息的 50%", "每个项目最高 50 万元"),
        ("lyg-08-loan", "按已付利息、评估等服务费的最高 30%", "同一主体最多 2 次"),
        ("wx2020-06-ins", "按实际支付保费的 50%", "每个项目最高 30 万元"),
    ],
)
def test_an_item_says_how_much_and_within_what(code, line, bound):
    words = amount_words(load_catalogue().items[code][0])
    assert words.in_one_line == line
    assert bound in words.bounds
    assert len(set(words.bounds)) == len(words.bounds)


def test_a_target_says_what_it_is_and_by_when():
    items = load_catalogue().items
    assert amount_words(items["bh2024-t-area"][0]).in_one_line == "2026-12-31 前目标 不低于 45,000 平方米"


def test_a_bound_of_a_reading_that_was_not_chosen_is_not_named():
    rules = load_catalogue().items["wx2020-01-maint"][0]
    assert "每件第 7—9 年合计最高 2,000 元" in amount_words(rules).bounds


def test_every_item_of_the_catalogue_has_words_for_its_amount():
    for versions in load_catalogue().items.values():
        for rules in versions:
            assert amount_words(rules).figure


def test_a_cell_of_a_table_is_called_by_its_table():
    rules = load_catalogue().items["wx2020-05-loan"][0]
    assert fact_label(rules, "interest_payments[1].paid_on") == rules.fact("interest_payments").label
    assert fact_label(rules, "unknown") == "unknown"
