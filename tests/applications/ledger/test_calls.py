"""Budget and quota of a call: entered at the decision, refused when there is too little left, given back on release."""

from decimal import Decimal

import pytest

from applications.claims.enums import ClaimStatus
from applications.ledger.keys import Ceiling, LimitUse, shortage, uses_of_call
from applications.ledger.models import LimitEntry
from applications.ledger.selectors import call_uses, use_of_call
from applications.ledger.services import LimitExceededError, release_limits, reserve_limits
from tests.factories import ClaimFactory, act

AMOUNTS = [("a", Decimal("3000.00")), ("b", Decimal("2000.00"))]


@pytest.fixture
def claim(db):
    return limited(ClaimFactory(status=ClaimStatus.FINAL_DECISION))


def limited(claim, *, budget="7000.00", quota=None, item_budget=None, item_quota=1):
    """The claim, its call and the call's item under these limits."""
    claim.call.budget, claim.call.quota = budget and Decimal(budget), quota
    claim.call.save()
    claim.call.items.update(budget=item_budget and Decimal(item_budget), quota=item_quota)
    return claim


def take(claim):
    return reserve_limits(claim, uses=call_uses(claim, AMOUNTS), act=act())


def test_claim_takes_its_sum_and_one_place_from_each_bucket_with_a_limit():
    limits = {"call=1": ("总额", Ceiling(Decimal(9), None)), "call=1|item=x": ("项", Ceiling())}
    assert uses_of_call(limits, AMOUNTS) == [
        LimitUse("call=1", "总额", Decimal("5000.00"), 1, Ceiling(Decimal(9), None), unit="件")
    ]


def test_title_that_brings_no_money_takes_a_place():
    (use,) = uses_of_call({"call=1": ("总额", Ceiling(None, 3))}, [])
    assert (use.amount, use.times) == (Decimal("0.00"), 1)


def test_refusal_says_how_much_is_left():
    use = LimitUse("k", "锡知发〔2026〕8号 总额", Decimal("5000.00"), 1, Ceiling(Decimal("7000.00"), 2), unit="件")
    words = shortage(use, amount=Decimal("2000.01"), times=1)
    assert "尚余 4,999.99 元，本次 5,000.00 元超出" in words
    assert shortage(use, amount=Decimal("2000.00"), times=1) == ""
    assert "最多 2 件，已有 2 件，不能再支持" in shortage(use, amount=Decimal("0.00"), times=2)


def test_call_and_its_item_are_entered_together(claim):
    take(claim)
    entries = {entry.bucket.key: (entry.amount, entry.times) for entry in LimitEntry.objects.select_related("bucket")}
    call, code = claim.call_id, claim.item.code
    assert entries == {f"call={call}": (Decimal("5000.00"), 1), f"call={call}|item={code}": (Decimal("5000.00"), 1)}
    whole, item = use_of_call(claim.call, claim.call.items.all())
    assert (whole.left, whole.times_left) == (Decimal("2000.00"), None)
    assert (item.left, item.times_left) == (None, 0)


def test_budget_that_is_used_up_refuses_the_next_and_writes_nothing(claim):
    take(claim)
    limited(claim, item_quota=5)
    other = ClaimFactory(status=ClaimStatus.FINAL_DECISION)
    with pytest.raises(LimitExceededError, match=r"尚余 2,000\.00 元"):
        take(other)
    assert not LimitEntry.objects.filter(claim=other).exists()


def test_quota_that_is_full_refuses_the_next(claim):
    take(claim)
    limited(claim, budget=None)
    with pytest.raises(LimitExceededError, match="最多 1 件，已有 1 件"):
        take(ClaimFactory(status=ClaimStatus.FINAL_DECISION))


def test_exactly_the_rest_fits(claim):
    limited(claim, budget="10000.00", item_quota=2)
    take(claim)
    take(ClaimFactory(status=ClaimStatus.FINAL_DECISION))
    assert use_of_call(claim.call, [])[0].left == Decimal("0.00")


def test_budget_raised_meanwhile_counts_at_once(claim):
    take(claim)
    other = ClaimFactory(status=ClaimStatus.FINAL_DECISION)
    limited(claim, budget="10000.00", item_quota=None)
    take(other)
    assert LimitEntry.objects.filter(claim=other).count() == 1


def test_released_claim_gives_back_to_its_call(claim):
    take(claim)
    release_limits(claim, act=act())
    assert use_of_call(claim.call, [])[0].left == Decimal("7000.00")
    take(ClaimFactory(status=ClaimStatus.FINAL_DECISION))


def test_claim_older_than_calls_and_call_without_limits_take_nothing(claim):
    limited(claim, budget=None, item_quota=None)
    assert call_uses(claim, AMOUNTS) == []
    claim.call = None
    assert call_uses(claim, AMOUNTS) == []
    assert use_of_call(ClaimFactory().call, []) == []
