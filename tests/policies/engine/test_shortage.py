"""Money that is short is shared as is said, to the fen, and the answer says how it came to the sum."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policies.engine import QuestionError
from policies.engine.shortage import PRO_RATA, RANK, STOP, Cut, ration, share_by_largest_remainder
from tests.policies.engine.batch.odd_rules import rate
from tests.policies.engine.operations.support import ask


@example([], -1, PRO_RATA)
@given(st.lists(st.integers(1, 10**10), max_size=20), st.integers(-5, 10**10), st.sampled_from([STOP, PRO_RATA, RANK]))
def test_money_is_never_exceeded_nobody_gets_more_than_wanted_and_enough_is_given_in_full(wants, left, way):
    granted = ration(wants, left, way)

    assert len(granted) == len(wants)
    assert all(0 <= got <= want for got, want in zip(granted, wants, strict=True))
    if sum(wants) <= max(left, 0):
        assert granted == wants
    elif way == STOP:
        assert sum(granted) <= max(left, 0)
        assert all(got in (0, want) for got, want in zip(granted, wants, strict=True))
    else:
        assert sum(granted) == max(left, 0)


@pytest.mark.parametrize(
    ("way", "granted"),
    [(STOP, [300, 0, 150]), (RANK, [300, 200, 0]), (PRO_RATA, [177, 235, 88])],
)
def test_each_way_of_sharing_does_what_it_says(way, granted):
    assert ration([300, 400, 150], 500, way) == granted


def test_nothing_can_be_shared_by_no_weight():
    with pytest.raises(ValueError, match="没有大于零的权重"):
        share_by_largest_remainder(100, [0, 0])


CUT = Cut("锡知〔2026〕3号 总额", PRO_RATA, 75000, 50000, 40000, 26667)


def asked(**changes):
    stated = {"supported": ["266.67"], "cuts": [{**CUT.as_dict(), **changes}]}
    return ask([rate("1", "fees")], {"fees": "400"}, asked=stated)


def test_a_cut_stands_in_the_answer_with_its_paper_the_sums_and_the_share():
    *_, cut, supported = asked().steps
    assert (cut["code"], cut["citation"], cut["amount_after"]) == ("SHORTAGE", "锡知〔2026〕3号 总额", "266.67")
    assert "合计 750.00 元，可用 500.00 元" in cut["text"]
    assert "400.00 元折为 266.67 元" in cut["text"]
    assert supported["amount_after"] == "266.67"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"granted": "400.01"}, "cuts[0].granted"),
        ({"left": "-1"}, "cuts[0].left"),
        ({"way": "lottery"}, "cuts[0]"),
        ({"more": "1"}, "cuts[0]"),
    ],
)
def test_a_cut_that_cannot_be_is_refused_at_its_field(changes, field):
    with pytest.raises(QuestionError) as refusal:
        asked(**changes)
    assert refusal.value.field == field
