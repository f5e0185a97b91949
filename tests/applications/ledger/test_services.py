"""The ledger: never above a ceiling, never below zero, whatever the order and whoever else approves."""

import random
import threading
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from applications.claims.enums import ClaimStatus
from applications.ledger.keys import Ceiling, LimitUse
from applications.ledger.models import EntryKind, LimitEntry
from applications.ledger.selectors import balances
from applications.ledger.services import LimitExceededError, release_limits, reserve_limits
from tests.applications.ledger.rules import rules, taken
from tests.depth import by_depth
from tests.factories import ClaimFactory, act

pytestmark = pytest.mark.django_db
CAP = Decimal("100.00")


def use(amount: str, key: str = "k", *, cap: Decimal | None = CAP, times: int | None = None) -> LimitUse:
    return LimitUse(key, f"限额 {key}", Decimal(amount), 1, Ceiling(cap, times))


def claim():
    return ClaimFactory(status=ClaimStatus.FINAL_DECISION, lines=0)


def held(key: str = "k") -> tuple[Decimal, int]:
    balance = balances([key]).get(key)
    return (balance.amount, balance.times) if balance else (Decimal("0.00"), 0)


def test_reserve_appends_entries_with_running_balance():
    reserve_limits(claim(), uses=[use("60.00")], act=act())
    reserve_limits(claim(), uses=[use("40.00")], act=act())
    rows = LimitEntry.objects.values_list("sequence", "amount", "amount_after", "times_after")
    assert list(rows) == [
        (1, Decimal("60.00"), Decimal("60.00"), 1),
        (2, Decimal("40.00"), Decimal("100.00"), 2),
    ]


def test_overspending_is_refused_names_what_is_left_and_writes_nothing():
    reserve_limits(claim(), uses=[use("60.00")], act=act())
    with pytest.raises(LimitExceededError, match=r"尚余 40\.00 元"):
        reserve_limits(claim(), uses=[use("1.00", "a"), use("40.01")], act=act())
    assert held() == (Decimal("60.00"), 1)
    assert held("a") == (Decimal("0.00"), 0)


def test_times_are_a_limit_of_their_own():
    reserve_limits(claim(), uses=[use("1.00", cap=None, times=1)], act=act())
    with pytest.raises(LimitExceededError, match="最多 1 次"):
        reserve_limits(claim(), uses=[use("1.00", cap=None, times=1)], act=act())


def test_release_gives_back_exactly_what_was_taken_and_only_once():
    first, second = claim(), claim()
    reserve_limits(first, uses=[use("60.00"), use("5.00", "other")], act=act())
    reserve_limits(second, uses=[use("30.00")], act=act())
    assert len(release_limits(first, act=act())) == 2
    assert release_limits(first, act=act()) == []
    assert held() == (Decimal("30.00"), 1)
    assert held("other") == (Decimal("0.00"), 0)
    assert LimitEntry.objects.filter(kind=EntryKind.RELEASE).count() == 2


def test_release_of_a_claim_that_holds_nothing_writes_nothing():
    assert release_limits(claim(), act=act()) == []


def test_claim_cannot_reserve_twice():
    mine = claim()
    reserve_limits(mine, uses=[use("1.00")], act=act())
    with pytest.raises(IntegrityError), transaction.atomic():
        reserve_limits(mine, uses=[use("1.00")], act=act())


def test_own_entries_can_be_left_out_of_a_balance():
    mine, other = claim(), claim()
    reserve_limits(mine, uses=[use("60.00")], act=act())
    reserve_limits(other, uses=[use("10.00")], act=act())
    balance = balances(["k"], without=mine)["k"]
    assert (balance.amount, balance.times) == (Decimal("10.00"), 1)


@pytest.mark.parametrize("seed", by_depth(range(3), nightly=range(100)))
def test_random_reserving_and_releasing_keeps_every_bucket_between_zero_and_its_ceiling(seed):
    chance = random.Random(seed)
    ceilings = {"a": Ceiling(Decimal("100.00")), "b": Ceiling(Decimal("70.50"), 3), "c": Ceiling(times=2)}
    claims = [claim() for _ in range(8)]
    taken: dict[int, dict[str, Decimal]] = {}
    done: set[int] = set()
    for _ in range(40):
        mine = chance.choice(claims)
        if mine.pk in taken and mine.pk not in done:
            release_limits(mine, act=act())
            done.add(mine.pk)
        elif mine.pk not in taken:
            wanted = {
                key: Decimal(chance.randrange(0, 6000)) / 100 for key in chance.sample("abc", chance.randint(1, 3))
            }
            try:
                reserve_limits(
                    mine, uses=[LimitUse(k, k, amount, 1, ceilings[k]) for k, amount in wanted.items()], act=act()
                )
                taken[mine.pk] = wanted
            except LimitExceededError:
                continue
        for key, ceiling in ceilings.items():
            holders = [pk for pk, wanted in taken.items() if pk not in done and key in wanted]
            amount, times = held(key)
            assert amount == sum((taken[pk][key] for pk in holders), Decimal("0.00"))
            assert times == len(holders)
            assert ceiling.amount is None or amount <= ceiling.amount
            assert ceiling.times is None or times <= ceiling.times
    for entry in LimitEntry.objects.all():
        assert entry.amount_after >= 0
        assert entry.times_after >= 0


def test_ledger_refuses_to_write_outside_a_transaction(transactional_db):
    mine = claim()
    with pytest.raises(RuntimeError, match="transaction"):
        reserve_limits(mine, uses=[use("1.00")], act=act())


def at_the_same_moment(claims, uses_of):
    """Reserve for all claims at once, each in a connection of its own; says how many were reserved and refused."""
    together = threading.Barrier(len(claims))
    outcomes: list[str] = []

    def approve(mine, number):
        try:
            together.wait(10)
            with transaction.atomic():
                reserve_limits(mine, uses=uses_of(number), act=act())
            outcomes.append("reserved")
        except LimitExceededError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=(mine, n)) for n, mine in enumerate(claims)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes.count("reserved"), outcomes.count("refused")


@pytest.mark.postgres
def test_officers_at_the_same_moment_never_overspend(transactional_db):
    # Opposite orders: only the fixed order of locking keeps them from waiting in a circle.
    uses = [use("30.00", "x"), use("30.00", "y")]

    assert at_the_same_moment([claim() for _ in range(12)], lambda n: uses if n % 2 else uses[::-1]) == (3, 9)
    assert held("x") == held("y") == (Decimal("90.00"), 3)


@pytest.mark.postgres
@pytest.mark.parametrize("per", [["subject"], ["applicant"], ["applicant", "year"]], ids="-".join)
@pytest.mark.parametrize("stated", ["40.00", [{"amount": "15.00"}, {"amount": "25.00"}]], ids=["sum", "rows"])
def test_claims_at_the_same_moment_leave_room_for_what_they_state_as_paid_before(transactional_db, per, stated):
    fact = "paid_item_before" if isinstance(stated, str) else "interest_payments"
    catalogue = rules({"yuan": "100", "per": per, "before": fact})
    uses = taken(catalogue, ("A", "35.00"), stated={fact: stated})

    # 40 of the 100 are stated as paid by others: 60 are left, for one claim of 35.
    assert at_the_same_moment([claim(), claim()], lambda _: uses) == (1, 1)
