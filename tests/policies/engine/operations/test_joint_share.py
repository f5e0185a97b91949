"""`joint_share`: what falls to one of several holders."""

import pytest

from tests.policies.engine.batch.odd_rules import fact, standard
from tests.policies.engine.operations.support import ask, columns_differ, spoken

FACTS = [fact("share", "integer")]


def steps(way):
    return [standard("100"), {"do": "joint_share", "field": "share", "way": way}]


@pytest.mark.parametrize(
    ("way", "share", "fen"),
    [("percent", 1, 100), ("percent", 33, 3300), ("percent", 100, 10000), ("holders", 1, 10000), ("holders", 3, 3333)],
)
def test_the_amount_is_cut_to_the_share(way, share, fen):
    assert ask(steps(way), {"share": share}, facts=FACTS).amount == fen


@pytest.mark.parametrize(("way", "share"), [("percent", 0), ("percent", 101), ("holders", 0), ("percent", None)])
def test_what_is_no_share_is_missing(way, share):
    assert ask(steps(way), {"share": share} if share is not None else {}, facts=FACTS).missing == ("share",)


@pytest.mark.parametrize("way", ["percent", "holders"])
@pytest.mark.parametrize("chosen", [{}, {"fen_floor": False}])
def test_columns_cut_the_same(way, chosen):
    assert not columns_differ(steps(way), facts=FACTS, chosen=chosen)
    assert "按share" in spoken(steps(way), facts=FACTS)[0]
