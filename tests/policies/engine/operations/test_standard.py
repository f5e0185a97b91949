"""`standard`: the sum per right."""

import pytest

from policies.engine.money import parse_yuan
from tests.policies.engine.batch.odd_rules import standard
from tests.policies.engine.operations.support import ask, columns_differ, refused, spoken, texts


@pytest.mark.parametrize("yuan", ["0.01", "4999.99", "5000", "1000000"])
def test_it_pays_the_sum_to_the_fen(yuan):
    answer = ask([standard(yuan)])

    assert answer.amount == parse_yuan(yuan)
    assert not columns_differ([standard(yuan)])


def test_it_pays_every_right_of_a_line():
    assert ask([standard("5000")], {"count": 3}).amount == 1500000


def test_the_trace_cites_its_own_article_where_it_has_one():
    assert texts(ask([{**standard("5000"), "cite": "附件 3"}]))[0] == "依据 附件 3：每件最高 5,000.00 元"


@pytest.mark.parametrize(
    ("nature", "sentence", "heading"),
    [("ceiling", "每件最高 5,000.00 元", "每件最高 5,000 元"), ("exact", "每件 5,000.00 元", "每件给予 5,000 元")],
)
def test_a_ceiling_is_called_one(nature, sentence, heading):
    paragraph, short, _ = spoken([{**standard("5000"), "nature": nature}])

    assert (paragraph.split("；")[0], short) == (sentence, heading)


def test_a_sum_that_overflows_with_its_count_is_refused():
    # 2^63 - 1 fen, by a million, in yuan: the last sum that fits, and the first that does not.
    ask([standard("92233720368.54")])
    assert refused([standard("92233720368.55")]) == {"overflow": "odd-99.steps[0].yuan"}


def test_a_second_sum_would_hide_the_first():
    assert refused([standard(), standard()]) == {"set_twice": "odd-99.steps[1]"}
