"""What a claim takes from each bucket of the ledger, and under which key the bucket is stored. Pure.

Which buckets a claim enters, and under which ceilings, is the engine's answer (`policies.engine.buckets`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from policies.engine.buckets import Bucket, BucketEntry
from policies.engine.dates import add_months
from policies.engine.limits.base import Ceiling as EngineCeiling
from policies.engine.scopes import Scope
from portal.core.money import ZERO, format_yuan, to_yuan

# Before the day in a key that asks for a part of a bucket.
SINCE = "|since="


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most a bucket may hold: a sum in yuan, a number of times, or both."""

    amount: Decimal | None = None
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The most that claims filed after the day `since` may hold of a bucket."""

    since: date
    label: str
    ceiling: Ceiling


@dataclass(frozen=True, slots=True)
class LimitUse:
    """What a claim takes from one bucket: `amount` in yuan and `times`, under the ceilings that stand there."""

    key: str
    label: str
    amount: Decimal
    times: int = 1
    ceiling: Ceiling = Ceiling()
    unit: str = "次"
    windows: tuple[Window, ...] = ()

    def merged(self, other: LimitUse) -> LimitUse:
        """Both uses of the same bucket as one."""
        return replace(self, amount=self.amount + other.amount, times=self.times + other.times)


def merge_uses(uses: Iterable[LimitUse]) -> list[LimitUse]:
    """One use per bucket, in the order of the keys: the order in which everybody locks."""
    merged: dict[str, LimitUse] = {}
    for use in uses:
        merged[use.key] = merged[use.key].merged(use) if use.key in merged else use
    return [merged[key] for key in sorted(merged)]


@dataclass(frozen=True, slots=True)
class Party:
    """Who claims, where, in which year and on which day: what the keys of a claim's buckets are made of."""

    applicant_id: int
    city_code: str
    year: int
    district_code: str = ""
    day: date = date.max
    companies: str = ""

    @property
    def group(self) -> str:
        """The group of companies by its name; who belongs to none is one alone."""
        return self.companies or f"#{self.applicant_id}"


def bucket_key(bucket: Bucket, party: Party) -> str:
    """The key under which a bucket is stored."""
    told_apart = bucket.scope.key.format(
        applicant=party.applicant_id,
        city=party.city_code,
        district=party.district_code,
        year=party.year,
        subject=bucket.subject,
        companies=party.group,
    )
    return f"{bucket.base}|{told_apart}"


def asked_key(bucket: Bucket, party: Party) -> str:
    """The key of what a question asks of a bucket: all of it, or what claims filed since a day took."""
    key = bucket_key(bucket, party)
    return f"{key}{SINCE}{_since(bucket.scope, party).isoformat()}" if bucket.scope.is_rolling else key


def _since(scope: Scope, party: Party) -> date:
    """The day after which a bucket's last years begin."""
    return add_months(party.day, -12 * scope.years)


def uses_of(entries: Iterable[BucketEntry], party: Party, *, title: str) -> list[LimitUse]:
    """What the engine says a granted claim takes, bucket by bucket; `title` is its item's."""
    return sorted((_use(entry, party, title) for entry in entries), key=lambda use: use.key)


def _use(entry: BucketEntry, party: Party, title: str) -> LimitUse:
    scope, ceiling = entry.bucket.scope, entry.ceiling
    which = entry.bucket.subject or (str(party.year) if scope.by_year else "")
    windows = (Window(_since(one, party), f"{title} · {one.total}"[:200], _yuan(most)) for one, most in entry.windows)
    return LimitUse(
        key=bucket_key(entry.bucket, party),
        label=f"{title} · {scope.total}{f'（{which}）' if which else ''}"[:200],
        amount=to_yuan(entry.fen),
        times=entry.times,
        ceiling=_yuan(ceiling),
        windows=tuple(windows),
    )


def _yuan(ceiling: EngineCeiling) -> Ceiling:
    return Ceiling(None if ceiling.fen is None else to_yuan(ceiling.fen), ceiling.times)


def call_key(call_id: int, item_code: str = "") -> str:
    """The key of a call's bucket: of the call as a whole, or of one of its items."""
    return f"call={call_id}|item={item_code}" if item_code else f"call={call_id}"


def uses_of_call(limits: Mapping[str, tuple[str, Ceiling]], amounts: Iterable[tuple[str, Decimal]]) -> list[LimitUse]:
    """What a supported claim takes from its call: one place and its sum, in each bucket that has a limit.

    A title that brings no money takes a place too. `limits` has label and ceiling by key. A bucket without a limit is
    left alone: it is one for the whole call, and would make every approval there wait for the others.
    """
    total = sum((amount for _, amount in amounts), ZERO)
    return [
        LimitUse(key, label, total, 1, ceiling, unit="件")
        for key, (label, ceiling) in sorted(limits.items())
        if ceiling != Ceiling()
    ]


def shortage(use: LimitUse, *, amount: Decimal, times: int) -> str:
    """What stands against a use of a bucket that already holds `amount` and `times`; empty where nothing does."""
    ceiling = use.ceiling
    if ceiling.times is not None and times + use.times > ceiling.times:
        return f"“{use.label}”最多 {ceiling.times} {use.unit}，已有 {times} {use.unit}，不能再支持。"
    if ceiling.amount is not None and amount + use.amount > ceiling.amount:
        return (
            f"“{use.label}”最高 {format_yuan(ceiling.amount)} 元，已占用 {format_yuan(amount)} 元，"
            f"尚余 {format_yuan(ceiling.amount - amount)} 元，本次 {format_yuan(use.amount)} 元超出。"
            "请将金额核减至余额以内后再审定。"
        )
    return ""
