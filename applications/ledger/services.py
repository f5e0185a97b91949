"""Take from the limits, and give back: appended entries under the buckets' locks."""

from collections.abc import Iterable
from dataclasses import replace

from django.db import connection
from django.db.models import Max

from applications.claims.models import Claim
from applications.ledger.keys import LimitUse, merge_uses, shortage
from applications.ledger.models import EntryKind, LimitBucket, LimitEntry
from applications.ledger.selectors import Balance, balances_since
from portal.audit.services import record_as_read, record_contents
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.money import ZERO


class LimitExceededError(RefusedError):
    """A limit leaves less than was asked for. The message names the limit and what is left."""


def reserve_limits(claim: Claim, *, uses: Iterable[LimitUse], act: ActorContext) -> list[LimitEntry]:
    """Append what a decided claim takes from each bucket, in the caller's transaction.

    Buckets are locked in the order of their keys, so that two decisions never wait for each other in a circle.
    Raises LimitExceededError, with nothing written, where one of them has too little left; IntegrityError
    where the claim holds a reservation that was not released.
    """
    wanted = merge_uses(uses)
    buckets = _locked_buckets([(use.key, use.label) for use in wanted])
    released = LimitEntry.objects.filter(claim=claim, kind=EntryKind.RELEASE).aggregate(last=Max("turn"))["last"]
    turn = 0 if released is None else released + 1
    fresh: list[LimitEntry] = []
    for use in wanted:
        bucket = buckets[use.key]
        last = _last_entry(bucket)
        if last is None:
            record_as_read([bucket])
        amount, times = (last.amount_after, last.times_after) if last else (ZERO, 0)
        if problem := shortage(use, amount=amount, times=times) or _shortage_of_windows(use):
            raise LimitExceededError(problem)
        fresh.append(
            LimitEntry(
                bucket=bucket,
                sequence=last.sequence + 1 if last else 1,
                claim=claim,
                kind=EntryKind.RESERVE,
                turn=turn,
                amount=use.amount,
                times=use.times,
                amount_after=amount + use.amount,
                times_after=times + use.times,
                at=act.at,
            )
        )
    return _append(fresh)


def _shortage_of_windows(use: LimitUse) -> str:
    """What stands against a use in the last years of its bucket, whose row is locked; empty where nothing does."""
    for window in use.windows:
        held = balances_since([use.key], since=window.since).get(use.key, Balance())
        within = replace(use, label=window.label, ceiling=window.ceiling)
        if problem := shortage(within, amount=held.amount, times=held.times):
            return problem
    return ""


def release_limits(claim: Claim, *, act: ActorContext) -> list[LimitEntry]:
    """Append the entries that give back all a claim holds, in the caller's transaction; nothing where it holds none."""
    entries = LimitEntry.objects.filter(claim=claim)
    released = set(entries.filter(kind=EntryKind.RELEASE).values_list("turn", flat=True))
    reserved = {
        entry.bucket_id: entry
        for entry in entries.filter(kind=EntryKind.RESERVE).exclude(turn__in=released).select_related("bucket")
    }
    buckets = _locked_buckets([(entry.bucket.key, entry.bucket.label) for entry in reserved.values()])
    fresh: list[LimitEntry] = []
    for bucket in buckets.values():
        last = _last_entry(bucket)
        if last is None:
            continue
        taken = reserved[bucket.pk]
        fresh.append(
            LimitEntry(
                bucket=bucket,
                sequence=last.sequence + 1,
                claim=claim,
                kind=EntryKind.RELEASE,
                turn=taken.turn,
                amount=-taken.amount,
                times=-taken.times,
                amount_after=last.amount_after - taken.amount,
                times_after=last.times_after - taken.times,
                at=act.at,
            )
        )
    return _append(fresh)


def _append(fresh: list[LimitEntry]) -> list[LimitEntry]:
    written = LimitEntry.objects.bulk_create(fresh)
    record_contents(written)
    return written


def _locked_buckets(named: list[tuple[str, str]]) -> dict[str, LimitBucket]:
    """The buckets by key, made where missing, each row locked in the order of the keys."""
    if not connection.in_atomic_block:
        raise RuntimeError("The ledger is written inside a transaction only.")
    in_order = sorted(named)
    LimitBucket.objects.bulk_create(
        [LimitBucket(key=key, label=label) for key, label in in_order], ignore_conflicts=True
    )
    rows = LimitBucket.objects.select_for_update().filter(key__in=[key for key, _ in in_order]).order_by("key")
    return {bucket.key: bucket for bucket in rows}


def _last_entry(bucket: LimitBucket) -> LimitEntry | None:
    return bucket.entries.order_by("-sequence").first()
