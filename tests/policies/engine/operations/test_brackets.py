"""`brackets`: a share whose ratio goes by the size of the costs."""

import pytest

from tests.policies.engine.operations.support import ask, columns_differ, refused, spoken, texts

STEP = {
    "do": "brackets",
    "fields": ["fees"],
    "table": {"0": "10%", "1000": "5%", "5000": "1/3"},
    "parts": "each",
    "nature": "ceiling",
}
WHOLE = {**STEP, "table": {"100": "10%", "1000": "20%"}, "parts": "whole"}


@pytest.mark.parametrize(
    ("fees", "fen"),
    [
        ("0.09", 0),
        ("0.10", 1),
        ("999.99", 9999),
        ("1000", 10000),
        ("1000.19", 10000),
        ("1000.20", 10001),
        ("5000", 30000),
        ("5000.02", 30000),
        ("5000.03", 30001),
    ],
)
def test_each_part_has_its_own_ratio(fees, fen):
    assert (ask([STEP], {"fees": fees}).amount or 0) == fen


@pytest.mark.parametrize(("fees", "fen"), [("99.99", 0), ("100", 1000), ("999.99", 9999), ("1000", 20000)])
def test_or_the_whole_has_the_ratio_of_its_bracket(fees, fen):
    assert (ask([WHOLE], {"fees": fees}).amount or 0) == fen


@pytest.mark.parametrize("step", [STEP, WHOLE])
@pytest.mark.parametrize("chosen", [{}, {"fen_floor": False}])
def test_columns_work_out_the_same(step, chosen):
    assert not columns_differ([step], chosen=chosen)


def test_it_is_told_part_by_part():
    (text, *_) = texts(ask([STEP], {"fees": "6000"}))
    paragraph, heading, bounds = spoken([STEP])

    assert "1,000.00 元 × 10% + 4,000.00 元 × 5% + 1,000.00 元 × 1/3，计 633.33 元" in text
    assert "0.00 元以上的部分 10%，1,000.00 元以上的部分 5%" in paragraph
    assert heading.endswith("10%、5%、1/3")
    assert bounds[0].startswith("0 元以上的部分 10%")


def test_what_is_no_sum_is_refused():
    assert refused([{**STEP, "fields": ["granted_on"]}]) == {"not_a_sum": "odd-99.steps[0].fields"}
