"""What the buckets of a finished simulation hold, for those who ask where caps and quotas cut."""

from collections.abc import Iterator

import numpy as np

from policies.engine.batch.answers import Answers
from policies.engine.batch.channels import Channel, Keys
from policies.engine.batch.result import BucketUse, QuotaUse
from policies.engine.batch.rules import SumLimit
from policies.engine.columns.population import IntArray, Population


def bucket_uses(channels: list[Channel], answers: dict[int, Answers], population: Population) -> tuple[BucketUse, ...]:
    """Use of every bucket on which a limit of a sum stands."""
    keys = Keys(population)
    found = []
    for channel in channels:
        limits = _limits_on(channel)
        if not limits or not len(channel.bucket.starts):
            continue
        claims, scope = channel.bucket.first_claims(), channel.scope
        found.append(
            BucketUse(
                group=channel.name,
                scope=scope,
                codes=tuple(dict.fromkeys(rule.limit.code for rule in limits)),
                applicant=population.applicant[claims] if "applicant" in scope else None,
                subject=_subjects(channel) if "subject" in scope else None,
                city=_cities(channel, claims, keys) if "programme" in scope else None,
                year=keys.years[claims] if "year" in scope else None,
                used=_used(channel, answers),
                cap=min(rule.limit.fen for rule in limits),
            )
        )
    return tuple(found)


def _used(channel: Channel, answers: dict[int, Answers]) -> IntArray:
    taken, brought = channel.bucket.sums(channel.written(answers)), _brought(channel)
    return taken + channel.bucket.largest(brought) if any(part.any() for part in brought) else taken


def _limits_on(channel: Channel) -> list[SumLimit]:
    return [
        rule
        for run in channel.runs
        for rule in run.limits
        if rule.base == channel.name and rule.limit.per == channel.scope
    ]


def _subjects(channel: Channel) -> IntArray:
    keys = np.concatenate([part.key for part in channel.bucket.parts])
    found: IntArray = keys[channel.bucket.order[channel.bucket.starts]]
    return found


def _cities(channel: Channel, claims: IntArray, keys: Keys) -> IntArray:
    city = np.zeros(len(keys.years), dtype=np.int64)
    for run in channel.runs:
        city[run.claims] = keys.city(run)
    found: IntArray = city[claims]
    return found


def _brought(channel: Channel) -> list[IntArray]:
    """What each entry's claim brings of the ledger: a snapshot, of which the largest counts."""
    found = []
    for run, where in zip(channel.runs, channel.where, strict=True):
        if channel.scope == ("subject",):
            paid = run.lines.table.project_paid
            paid = np.zeros(len(run.lines), dtype=np.int64) if paid is None else paid
        else:
            paid = run.brought(next((rule.limit.ledger for rule in _limits_on(channel)), ""))
        found.append(paid if where is None else paid[where])
    return found


def quota_uses(channels: list[Channel], answers: dict[int, Answers], population: Population) -> tuple[QuotaUse, ...]:
    """Every quota of every year, in the order of groups, cities and years."""
    keys = Keys(population)
    return tuple(use for channel in channels for use in _quota_uses(channel, answers, keys))


def _quota_uses(channel: Channel, answers: dict[int, Answers], keys: Keys) -> Iterator[QuotaUse]:
    quota = channel.runs[0].program.quota
    if quota is None or channel.name != quota.group or channel.scope != ("programme", "year"):
        return
    asked, taken, city = (np.zeros(len(keys.years), dtype=np.int64) for _ in range(3))
    for run in channel.runs:
        answer = answers[id(run)]
        city[run.claims] = keys.city(run)
        if answer.asked_places is not None and answer.places is not None:
            asked[run.claims], taken[run.claims] = answer.asked_places, answer.places
    named = channel.runs[0].item.content["document"]["region_code"]
    claims = np.concatenate([part.claim for part in channel.bucket.parts])[channel.bucket.order]
    for group in np.split(claims, channel.bucket.starts[1:]):
        got, wanted = group[taken[group] > 0], group[asked[group] > 0]
        cut = wanted[taken[wanted] < asked[wanted]]
        yield QuotaUse(
            group=channel.name,
            city=named or keys.cities[int(city[group[0]])],
            year=int(keys.years[group[0]]),
            places=quota.count,
            asked=int(asked[group].sum()),
            taken=int(taken[group].sum()),
            last_in=int(got[-1]) if len(got) else None,
            cut_at=int(cut[0]) if len(cut) else None,
        )
