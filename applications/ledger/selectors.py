"""What the ledger says of earlier payments, in the engine's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery, Sum
from django.utils import timezone

from applications.ledger.keys import Ceiling, LimitUse, Party, RulesOfItem, call_key, ledger_keys, uses_of_call
from applications.ledger.models import LimitBucket, LimitEntry
from policies.calls.models import CallItem
from portal.core.money import ZERO, quantise_yuan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from applications.claims.models import Claim
    from policies.calls.models import Call


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
    item: RulesOfItem, *, party: Party, subjects: Mapping[str, str] | None = None, without: Claim | None = None
) -> dict[str, Any]:
    """`paid` (with `once_group`) and `times_before` of an engine question, from the entries; sums as decimal strings.

    `subjects` maps each line's subject as the question states it to its normal form in the ledger
    (`ClaimLine.subject_key`). `without` leaves one claim's own entries out, so that a decided claim can be assessed
    again.
    """
    subjects = subjects or {}
    named = ledger_keys(item, party, subjects.values())
    found = balances([key for keys in named.values() for key in keys], without=without)

    def held(name: str) -> list[Balance]:
        return [found[key] for key in named[name] if key in found]

    paid: dict[str, Any] = {
        name: str(max(balance.amount for balance in held(name)))
        for name in ("same_year", "lifetime", "programme_year")
        if held(name)
    }
    projects = {
        stated: str(found[key].amount)
        for stated, normal in subjects.items()
        for key in ledger_keys(item, party, [normal])["project"]
        if key in found
    }
    if projects:
        paid["project"] = projects
    if held("lower_tier"):
        paid["lower_tier"] = str(sum((balance.amount for balance in held("lower_tier")), ZERO))
    if any(balance.times for balance in held("once")):
        paid["once_group"] = True
    return {"paid": paid, "times_before": max((balance.times for balance in held("times")), default=0)}


def party_of(claim: Claim) -> Party:
    """The party of a claim; its year is the calendar year in which it was submitted (a draft's: this one)."""
    year = timezone.localtime(claim.submitted_at).year if claim.submitted_at else timezone.localdate().year
    return Party(claim.applicant_id, claim.city_id, year, claim.applicant.kind)


def subsidised_before(document_id: str, subject: str, *, without: Claim | None = None) -> Decimal:
    """Yuan granted on one right under all items of a document: what the cumulative fee ceiling counts."""
    key = f"document:{document_id}|right={subject}"
    return balances([key], without=without).get(key, Balance()).amount


@dataclass(frozen=True, slots=True)
class CallUse:
    """One limit of a call: what it may hold and what it holds, in yuan and in claims; None for no limit."""

    label: str
    ceiling: Ceiling
    held: Balance

    @property
    def left(self) -> Decimal | None:
        """Yuan that are left."""
        return None if self.ceiling.amount is None else self.ceiling.amount - self.held.amount

    @property
    def times_left(self) -> int | None:
        """Claims that are left."""
        return None if self.ceiling.times is None else self.ceiling.times - self.held.times


def call_uses(claim: Claim, amounts: Iterable[tuple[str, Decimal]]) -> list[LimitUse]:
    """What a decided claim takes from its call's budget and quota, and from its item's; nothing without a call.

    The limits are read anew: they may have been raised since the page was opened.
    """
    if claim.call_id is None:
        return []
    rows = CallItem.objects.select_related("call", "item").filter(call_id=claim.call_id, item_id=claim.item_id)
    limits: dict[str, tuple[str, Ceiling]] = {}
    for row in rows:
        limits |= {key: (label, ceiling) for key, label, ceiling in _limits_of(row.call, [row])}
    return uses_of_call(limits, amounts)


def use_of_call(call: Call, rows: Iterable[CallItem]) -> list[CallUse]:
    """What is used and left of a call's own limits and those of these items of it; what has no limit is left out."""
    limits = [limit for limit in _limits_of(call, rows) if limit[2] != Ceiling()]
    found = balances(key for key, _, _ in limits)
    return [CallUse(label, ceiling, found.get(key, Balance())) for key, label, ceiling in limits]


def _limits_of(call: Call, rows: Iterable[CallItem]) -> list[tuple[str, str, Ceiling]]:
    """Key, label and ceiling of a call's bucket and its items'."""
    name = call.number or call.title
    return [
        (call_key(call.pk), f"{name} 总额"[:200], Ceiling(call.budget, call.quota)),
        *(
            (call_key(call.pk, row.item.code), f"{name} {row.item.title}"[:200], Ceiling(row.budget, row.quota))
            for row in rows
        ),
    ]
