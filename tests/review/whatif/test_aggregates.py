"""Sums by group add up to the fen, whoever is counted, and the same claims give the same bytes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine.batch import OUTCOME_CODES
from policies.engine.model import canonical_json
from policies.engine.terms import Outcome
from review.whatif.aggregates import COLUMNS, STEPS, Claims, Side, compare, movers

PAYABLE, REFUSED = OUTCOME_CODES.index(Outcome.PAYABLE), OUTCOME_CODES.index(Outcome.REFUSED)

AMOUNT = COLUMNS.index("amount")


def claims_of(size, *, groups=1):
    codes = np.arange(size) % groups
    return Claims(
        ids=np.arange(100, 100 + size),
        item=codes,
        region=codes,
        size=codes,
        kind=codes,
        call=codes,
        day=730_000 + codes,
        year=2021 + codes,
        items=tuple(f"item-{n}" for n in range(groups)),
        regions=tuple(f"32020{n}" for n in range(groups)),
        sizes=tuple(map(str, range(groups))),
        kinds=tuple(map(str, range(groups))),
        calls=tuple(map(str, range(groups))),
    )


def side_of(paid, *, city=None, outcome=None, reason=None, reasons=()):
    paid = np.array(paid, dtype=np.int64)
    city = paid * 0 if city is None else np.array(city, dtype=np.int64)
    return Side(
        outcome=np.where(paid > 0, PAYABLE, REFUSED) if outcome is None else np.array(outcome),
        paid=paid,
        city=city,
        district=paid - city,
        reason=np.full(len(paid), -1) if reason is None else np.array(reason),
        reasons=tuple(reasons),
        quotas=(),
        caps=(),
    )


fen = st.integers(0, 10**14)


@given(st.lists(st.tuples(fen, fen), min_size=1, max_size=40), st.integers(1, 5))
def test_parts_add_up_to_the_total_to_the_fen_however_they_are_grouped(pairs, groups):
    before, after = side_of([one for one, _ in pairs]), side_of([other for _, other in pairs])
    found = compare(claims_of(len(pairs), groups=groups), before, after)
    for name in ("items", "regions", "sizes", "kinds", "calls", "years"):
        for side in (1, 2):
            columns = zip(*(row[side] for row in found[name]), strict=True)
            assert [sum(column) for column in columns] == found["total"][side]
    assert found["total"][1][AMOUNT] == sum(one for one, _ in pairs)
    assert sum(row[2] for row in found["days"]) == found["total"][2][AMOUNT]


@given(st.lists(st.tuples(fen, fen), min_size=1, max_size=40))
def test_gains_and_losses_explain_the_whole_change(pairs):
    before, after = side_of([one for one, _ in pairs]), side_of([other for _, other in pairs])
    changes = compare(claims_of(len(pairs)), before, after)["changes"]
    change = sum(other - one for one, other in pairs)
    assert changes["winners"][1] + changes["losers"][1] == change == sum(row[1] for row in changes["spread"])
    counted = changes["winners"][0] + changes["losers"][0]
    assert counted + changes["unchanged"] == len(pairs)
    assert sum(row[0] for row in changes["spread"]) == counted


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("over", "moves"), [(0, 0), (1, 1)])
def test_a_change_of_exactly_a_bound_belongs_to_the_smaller_step(sign, over, moves):
    base = 10**9
    before, after = side_of([base]), side_of([base + sign * (STEPS[0] + over)])
    changes = compare(claims_of(1), before, after)["changes"]
    place = next(at for at, (count, _) in enumerate(changes["spread"]) if count)
    zero = changes["bounds"].index(0)
    # Steps are counted from zero outwards, alike on both sides.
    assert (place - zero - 1 if sign > 0 else zero - place) == moves


def test_claims_that_become_payable_or_cease_to_be_are_counted_apart():
    changes = compare(claims_of(4), side_of([0, 500, 500, 0]), side_of([300, 0, 400, 0]))["changes"]
    assert (changes["newly_payable"], changes["no_longer_payable"]) == (1, 1)
    assert (changes["winners"][0], changes["losers"][0], changes["unchanged"]) == (1, 2, 1)


def test_every_claim_is_payable_recognised_refused_or_waiting():
    outcomes = [Outcome.PAYABLE, Outcome.RECOGNISED, Outcome.REFUSED, Outcome.NO_AMOUNT, Outcome.UNDETERMINED]
    side = side_of([5, 0, 0, 0, 0], outcome=[OUTCOME_CODES.index(outcome) for outcome in outcomes])
    assert compare(claims_of(5), side, side)["total"][1] == [5, 1, 1, 1, 2, 5, 0, 5]


def test_movers_come_with_the_largest_change_first_whatever_its_sign():
    found = movers(claims_of(4), side_of([0, 500, 900, 100]), side_of([300, 0, 900, 150]))
    assert found == [[101, "item-0", 500, 0], [100, "item-0", 0, 300], [103, "item-0", 100, 150]]


def test_refusals_are_counted_by_item_and_first_reason_on_both_sides():
    before = side_of([0, 0, 500], reason=[0, 1, -1], reasons=["AWARDED", "REGION"])
    after = side_of([0, 700, 500], reason=[0, -1, -1], reasons=["REGION"])
    found = compare(claims_of(3), before, after)
    assert sorted(found["reasons"]) == [["item-0", "AWARDED", 1, 0], ["item-0", "REGION", 1, 1]]


def test_sums_beyond_what_a_float_holds_keep_their_last_fen():
    big = 2**53 + 1
    found = compare(claims_of(3), side_of([big, big, 1]), side_of([big, big, 0]))
    assert found["total"][1][AMOUNT] == 2 * big + 1
    assert found["total"][2][AMOUNT] == 2 * big


def test_the_same_claims_give_the_same_bytes():
    pairs = [(side_of([1, 2, 3]), side_of([3, 2, 1])) for _ in range(2)]
    one, other = (canonical_json(compare(claims_of(3, groups=2), *pair)) for pair in pairs)
    assert one == other
