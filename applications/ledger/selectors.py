"""What the ledger says of earlier payments, in the engine's words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery, Sum
from django.utils import timezone

from applications.claims.models import Assessment, Claim
from applications.ledger.keys import SINCE, Ceiling, LimitUse, Party, asked_key, call_key, uses_of, uses_of_call
from applications.ledger.models import LimitBucket, LimitEntry
from policies.calls.models import Call, CallItem
from policies.engine.buckets import Bucket, Granted, bucket_entries, buckets_asked, program_asked
from policies.engine.program import Program
from policies.engine.scopes import OF_SUBJECTS, ONE_OF_GROUP, RIGHT, TIMES
from policies.engine.terms import LEDGERS
from policies.published.selectors import catalogue_for
from portal.core import clock
from portal.core.money import ZERO, quantise_yuan, to_fen


@dataclass(frozen=True, slots=True)
class Balance:
    """What a bucket holds: yuan and times."""

    amount: Decimal = ZERO
    times: int = 0


def balances(bucket_keys: Iterable[str], *, without: Claim | None = None) -> dict[str, Balance]:
    """The balance of every bucket that has entries, by key.

    What `without` itself took is left out, so that a decided claim can be assessed again.
    """
    asked = sorted(set(bucket_keys))
    wanted = [key for key in asked if SINCE not in key]
    found = _recent_balances([key for key in asked if SINCE in key], without=without)
    if not wanted:
        return found
    last = LimitEntry.objects.filter(bucket=OuterRef("pk")).order_by("-sequence")
    rows = (
        LimitBucket.objects.filter(key__in=wanted)
        .annotate(amount=Subquery(last.values("amount_after")[:1]), times=Subquery(last.values("times_after")[:1]))
        .values_list("key", "amount", "times")
    )
    # SQLite hands a subquery's decimals back without their trailing zeros.
    found |= {key: Balance(quantise_yuan(amount or ZERO), times or 0) for key, amount, times in rows}
    if without is not None and without.pk and found:
        own = (
            LimitEntry.objects.filter(claim=without, bucket__key__in=wanted)
            .values_list("bucket__key")
            .annotate(Sum("amount"), Sum("times"))
        )
        for key, amount, times in own:
            found[key] = Balance(found[key].amount - amount, found[key].times - times)
    return found


def _recent_balances(keys: Iterable[str], *, without: Claim | None) -> dict[str, Balance]:
    """What claims filed after a day hold of buckets, by keys that name the day. One query for each day."""
    by_day: dict[str, list[str]] = {}
    for key in keys:
        stored, day = key.split(SINCE)
        by_day.setdefault(day, []).append(stored)
    return {
        f"{stored}{SINCE}{day}": balance
        for day, names in by_day.items()
        for stored, balance in balances_since(names, since=date.fromisoformat(day), without=without).items()
    }


def balances_since(keys: Iterable[str], *, since: date, without: Claim | None = None) -> dict[str, Balance]:
    """What claims filed after the day `since` hold of buckets, by their keys; one query."""
    begin = timezone.make_aware(datetime.combine(since + timedelta(days=1), time.min))
    entries = LimitEntry.objects.filter(bucket__key__in=list(keys), claim__submitted_at__gte=begin)
    if without is not None and without.pk:
        entries = entries.exclude(claim=without)
    rows = entries.values_list("bucket__key").annotate(Sum("amount"), Sum("times")).order_by()
    return {key: Balance(quantise_yuan(amount), times) for key, amount, times in rows}


@dataclass(frozen=True, slots=True)
class AskedBuckets:
    """The buckets that a question is about, by the engine's name for them, and the keys that they have here."""

    asked: Mapping[str, Iterable[Bucket]]
    keys: Mapping[Bucket, str]
    subjects: Mapping[str, str]

    def state(self, found: Mapping[str, Balance]) -> dict[str, Any]:
        """`paid` (with `once_group`), `times_before` and `rank` of the question, when the buckets hold this.

        Sums are decimal strings. The rank is said where places of the year are taken: the next one.
        """

        def held(name: str) -> list[tuple[Bucket, Balance]]:
            buckets = self.asked.get(name, ())
            return [(bucket, found[self.keys[bucket]]) for bucket in buckets if self.keys[bucket] in found]

        paid: dict[str, Any] = {name: str(max(b.amount for _, b in held(name))) for name in LEDGERS if held(name)}
        for name in OF_SUBJECTS:
            by_subject = {bucket.subject: str(balance.amount) for bucket, balance in held(name)}
            if by_subject:
                paid[name] = self._as_stated(by_subject)
        if any(balance.times for _, balance in held(ONE_OF_GROUP.ledger)):
            paid[ONE_OF_GROUP.ledger] = True
        state = {"paid": paid, "times_before": self._times_before(held)}
        taken = max((balance.times for _, balance in held("places")), default=0)
        return state | ({"rank": taken + 1} if taken else {})

    def _times_before(self, held: Callable[[str], list[tuple[Bucket, Balance]]]) -> int | dict[str, Any]:
        """How often was paid before: a number where one limit asks for that of an applicant, else one by ledger."""
        times: dict[str, Any] = {}
        for name in (name for name in self.asked if name.startswith(TIMES)):
            of, balances_held = name.removeprefix(TIMES), held(name)
            times[of] = max((balance.times for _, balance in balances_held), default=0)
            if of in OF_SUBJECTS:
                times[of] = self._as_stated({bucket.subject: balance.times for bucket, balance in balances_held})
        return times if len(times) > 1 or not times.keys().isdisjoint(OF_SUBJECTS) else sum(times.values())

    def _as_stated(self, by_subject: Mapping[str, Any]) -> dict[str, Any]:
        """What is known of subjects in their normal form, by their names in the question."""
        return {name: by_subject[key] for name, key in self.subjects.items() if key in by_subject}

    def granted(self, found: Mapping[str, Balance]) -> dict[str, Decimal]:
        """Yuan granted on each right, as the question states it, under all items of the document; none for nothing."""
        held = {bucket.subject: found.get(self.keys[bucket], Balance()).amount for bucket in self.asked[RIGHT.ledger]}
        return {stated: held[normal] for stated, normal in self.subjects.items() if held.get(normal)}


def asked_buckets(rules: Program, *, party: Party, subjects: Mapping[str, str] | None = None) -> AskedBuckets:
    """The buckets that these rules, which answer a question under its readings, ask about.

    `subjects` maps each line's subject as the question states it to its normal form in the ledger
    (`ClaimLine.subject_key`).
    """
    subjects = subjects or {}
    asked = buckets_asked(rules, subjects.values())
    keys = {bucket: asked_key(bucket, party) for buckets in asked.values() for bucket in buckets}
    return AskedBuckets(asked, keys, subjects)


def party_of(claim: Claim, question: Mapping[str, Any] | None = None) -> Party:
    """The party of a claim; its day is that of its submission (a draft's: today), its year the calendar year of it.

    The group of companies is the one that the `question` names.
    """
    day = timezone.localdate(claim.submitted_at) if claim.submitted_at else clock.today()
    group = question["applicant"].get("group", "") if question else ""
    return Party(claim.applicant_id, claim.city_id, day.year, claim.region_id, day, group)


def uses_of_claim(claim: Claim, assessment: Assessment, amounts: Iterable[tuple[str, Decimal]]) -> list[LimitUse]:
    """What a claim takes from each limit when its lines get these sums, under the caps of its assessment's own answer.

    `amounts` has the subject in its normal form and the sum in yuan of every line, in order; a sum is at most what the
    answer gives the line.
    """
    rules = program_asked(catalogue_for(assessment.version), assessment.question)
    granted = [Granted(subject, to_fen(amount)) for subject, amount in amounts]
    entries = bucket_entries(rules, assessment.answer, granted)
    return uses_of(entries, party_of(claim, assessment.question), title=rules.item.title)


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
