"""What the ledger says of earlier payments, in the engine's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery, Sum

from applications.ledger.keys import Party, RulesOfItem, ledger_keys
from applications.ledger.models import LimitBucket, LimitEntry
from portal.money import ZERO, quantise_yuan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from applications.models import Claim


@dataclass(frozen=True, slots=True)
class Balance:
    """What a bucket holds: yuan and times."""

    amount: Decimal = ZERO
    times: int = 0


def balances(bucket_keys: Iterable[str], *, without: Claim | None = None) -> dict[str, Balance]:
    """The balance of every bucket that has entries, by key; what `without` itself took is left out."""
    wanted = sorted(set(bucket_keys))
    last = LimitEntry.objects.filter(bucket=OuterRef("pk")).order_by("-sequence")
    rows = (
        LimitBucket.objects.filter(key__in=wanted)
        .annotate(amount=Subquery(last.values("amount_after")[:1]), times=Subquery(last.values("times_after")[:1]))
        .values_list("key", "amount", "times")
    )
    # SQLite hands a subquery's decimals back without their trailing zeros.
    found = {key: Balance(quantise_yuan(amount or ZERO), times or 0) for key, amount, times in rows}
    if without is not None and without.pk and found:
        own = (
            LimitEntry.objects.filter(claim=without, bucket__key__in=wanted)
            .values_list("bucket__key")
            .annotate(Sum("amount"), Sum("times"))
        )
        for key, amount, times in own:
            found[key] = Balance(found[key].amount - amount, found[key].times - times)
    return found


def ledger_state(
    item: RulesOfItem, *, party: Party, subjects: Sequence[str] = (), without: Claim | None = None
) -> dict[str, Any]:
    """`paid`, `times_before` and `once_group` of an engine question, from the entries (sums as decimal strings).

    `subjects` are the keys of the claim's lines: of their earlier sums the largest is `project`, so a question about
    several should ask line by line. `without` leaves one claim's own entries out, so that a decided claim can be
    assessed again.
    """
    named = ledger_keys(item, party, subjects)
    found = balances([key for keys in named.values() for key in keys], without=without)

    def held(name: str) -> list[Balance]:
        return [found[key] for key in named[name] if key in found]

    paid = {
        name: max((balance.amount for balance in held(name)), default=ZERO)
        for name in ("same_year", "lifetime", "project", "programme_year")
    }
    paid["lower_tier"] = sum((balance.amount for balance in held("lower_tier")), ZERO)
    return {
        "paid": {name: str(amount) for name, amount in paid.items() if amount},
        "times_before": max((balance.times for balance in held("times")), default=0),
        "once_group": any(balance.times for balance in held("once")),
    }


def subsidised_before(document_id: str, subject: str, *, without: Claim | None = None) -> Decimal:
    """Yuan granted on one right under all items of a document: what the cumulative fee ceiling counts."""
    key = f"document:{document_id}|right={subject}"
    return balances([key], without=without).get(key, Balance()).amount
