"""What the buckets of a finished simulation hold, for those who ask where caps and quotas cut."""

from collections.abc import Iterator

import numpy as np

from policies.engine.batch.answers import Answers
from policies.engine.batch.ledgers import Keys, Ledger
from policies.engine.batch.result import BucketUse, QuotaUse
from policies.engine.batch.rules import SumLimit
from policies.engine.columns.population import IntArray


def bucket_uses(ledgers: list[Ledger], answers: dict[int, Answers], keys: Keys) -> tuple[BucketUse, ...]:
    """Use of every bucket on which a limit of a sum stands."""
    found = []
    for ledger in ledgers:
        limits = _limits_on(ledger)
        used = ledger.buckets.used
        if not limits or not len(used):
            continue
        claims, scope = ledger.buckets.claim[used], ledger.scope
        found.append(
            BucketUse(
                group=ledger.name,
                scope=scope,
                codes=tuple(dict.fromkeys(rule.limit.code for rule in limits)),
                applicant=keys.population.applicant[claims] if "applicant" in scope else None,
                subject=ledger.buckets.values[used] if "subject" in scope else None,
                city=_city_of_claims(ledger, keys)[claims] if "programme" in scope else None,
                year=keys.years[claims] if "year" in scope else None,
                used=_taken(ledger, answers)[used],
                cap=min(rule.limit.fen for rule in limits),
            )
        )
    return tuple(found)


def _taken(ledger: Ledger, answers: dict[int, Answers]) -> IntArray:
    buckets, earlier = ledger.buckets, _paid_before(ledger)
    taken = buckets.taken if buckets.shared else buckets.sums(ledger.taken(answers))
    return taken + buckets.largest(earlier) if any(part.any() for part in earlier) else taken


def _limits_on(ledger: Ledger) -> list[SumLimit]:
    return [
        rule
        for run in ledger.runs
        for rule in run.limits
        if rule.base == ledger.name and rule.limit.per == ledger.scope
    ]


def _city_of_claims(ledger: Ledger, keys: Keys) -> IntArray:
    city = np.zeros(len(keys.years), dtype=np.int64)
    for run in ledger.runs:
        city[run.claims] = keys.city(run)
    return city


def _paid_before(ledger: Ledger) -> list[IntArray]:
    """What was paid from each entry's bucket before, as its claim states it; of a bucket the largest counts."""
    found = []
    for run, lines in zip(ledger.runs, ledger.lines, strict=True):
        if ledger.scope == ("subject",):
            paid = run.lines.table.project_paid
            paid = np.zeros(len(run.lines), dtype=np.int64) if paid is None else paid
        else:
            paid = run.paid_before(next((rule.limit.ledger for rule in _limits_on(ledger)), ""))
        found.append(paid if lines is None else paid[lines])
    return found


def quota_uses(ledgers: list[Ledger], answers: dict[int, Answers], keys: Keys) -> tuple[QuotaUse, ...]:
    """Every quota of every year, in the order of groups, cities and years."""
    return tuple(use for ledger in ledgers for use in _quota_uses(ledger, answers, keys))


def _quota_uses(ledger: Ledger, answers: dict[int, Answers], keys: Keys) -> Iterator[QuotaUse]:
    quota = ledger.runs[0].program.quota
    if quota is None or ledger.name != quota.group or ledger.scope != ("programme", "year"):
        return
    asked, taken = (np.zeros(len(keys.years), dtype=np.int64) for _ in range(2))
    for run in ledger.runs:
        answer = answers[id(run)]
        if answer.asked_places is not None and answer.places is not None:
            asked[run.claims], taken[run.claims] = answer.asked_places, answer.places
    city = _city_of_claims(ledger, keys)
    named = ledger.runs[0].item.content["document"]["region_code"]
    for group in ledger.buckets.by_bucket():
        got, wanted = group[taken[group] > 0], group[asked[group] > 0]
        cut = wanted[taken[wanted] < asked[wanted]]
        yield QuotaUse(
            group=ledger.name,
            city=named or keys.cities[int(city[group[0]])],
            year=int(keys.years[group[0]]),
            places=quota.count,
            asked=int(asked[group].sum()),
            taken=int(taken[group].sum()),
            last_in=int(got[-1]) if len(got) else None,
            cut_at=int(cut[0]) if len(cut) else None,
        )
