"""`per_n`: so much for every whole N."""

import pytest

from tests.policies.engine.operations.support import ask, columns_differ, refused, spoken

STEP = {"do": "per_n", "n": 5, "yuan": "700", "nature": "exact", "prior": "prior_count"}


@pytest.mark.parametrize(
    ("count", "prior", "times"), [(4, 0, 0), (5, 0, 1), (9, 0, 1), (10, 0, 2), (1, 4, 1), (4, 5, 0)]
)
def test_only_whole_ns_count_and_earlier_ones_are_taken_off(count, prior, times):
    line = {"count": count, **({"prior_count": prior} if prior else {})}

    assert (ask([STEP], line).amount or 0) == times * 70000


def test_the_lines_of_a_claim_count_together():
    assert ask([STEP], {"count": 3}, {"count": 2}).amount == 70000


def test_columns_count_the_same():
    assert not columns_differ([STEP])


def test_it_is_described():
    assert spoken([STEP])[:2] == (
        "每满 5 计 700.00 元，不足部分不计；其他政策已就同一事项支持的，只补差额。",
        "每满 5 件给予 700 元",
    )


def test_a_sum_that_overflows_with_its_count_is_refused():
    assert refused([{**STEP, "yuan": "92233720368.55"}]) == {"overflow": "odd-99.steps[0].yuan"}
