"""What a claim enters in the ledger is the engine's own answer: every cap, sum and count, whatever the rules."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from policies.engine import Assessment, Catalogue, Outcome, assess, catalogue_of, load_catalogue
from policies.engine.assessment import BucketUse
from policies.engine.batch import Population, generate
from policies.engine.buckets import Bucket, BucketEntry, Granted, bucket_entries, buckets_asked, program_asked
from policies.engine.limits.base import NO_CEILING
from policies.engine.scopes import PROGRAMME_YEAR, RIGHT, SCOPES
from tests.policies.engine.batch.odd_rules import odd_catalogue
from tests.policies.engine.batch.support import worked
from tests.policies.engine.batch.test_equivalence import DEPTH, READINGS

CATALOGUES = {"catalogue": load_catalogue(), "odd": odd_catalogue()}


def payable(
    catalogue: Catalogue, population: Population, readings: dict[str, Any]
) -> Iterator[tuple[Catalogue, dict[str, Any], Assessment]]:
    """Questions with money for an answer, each asked of its own version alone, as a claim of an office is."""
    versions: dict[int, Catalogue] = {}
    for asked, _ in worked(catalogue, population, settings=readings):
        item = program_asked(catalogue, asked).item
        own = versions.setdefault(id(item), catalogue_of([], [item]))
        answer = assess(own, asked)
        if answer.outcome is Outcome.PAYABLE:
            yield own, asked, answer


def entered(catalogue: Any, asked: dict[str, Any], answer: Assessment) -> dict[Bucket, BucketEntry]:
    granted = [Granted(line.subject or "", line.amount or 0) for line in answer.lines]
    entries = bucket_entries(program_asked(catalogue, asked), answer.as_dict(), granted)
    assert len({entry.bucket for entry in entries}) == len(entries)
    return {entry.bucket: entry for entry in entries}


def uses_of(catalogue: Any, asked: dict[str, Any], answer: Assessment) -> list[tuple[Bucket, BucketUse]]:
    """The answer's uses, each with the bucket that the item's text means; a subject without a name has none."""
    item = program_asked(catalogue, asked).item
    shared = {limit["group"] for limit in item.limits if "group" in limit}
    named = {None, *(line.subject for line in answer.lines)}
    return [
        (Bucket(SCOPES[use.key].kept, use.group if use.group in shared else item.id, use.subject or ""), use)
        for use in answer.limits
        if use.subject in named
    ]


@pytest.mark.parametrize("readings", READINGS, ids=["chosen", "other", "ratio", "half up"])
@pytest.mark.parametrize("name", CATALOGUES)
def test_every_cap_of_an_answer_is_the_ceiling_of_its_bucket_and_every_use_its_entry(name, readings):
    catalogue, met = CATALOGUES[name], Counter()
    population = generate(catalogue, 800 * DEPTH, seed=11, edge=True)
    for own, asked, answer in payable(catalogue, population, readings):
        entries, caps = entered(own, asked, answer), {}
        for bucket, use in uses_of(own, asked, answer):
            entry, is_money = entries[bucket], use.unit == "fen"
            assert (entry.fen if is_money else entry.times) >= use.amount
            if "rolling" in use.key:
                # What the last years may hold is no ceiling of the whole bucket.
                most = [ceiling.fen if is_money else ceiling.times for _, ceiling in entry.windows]
                assert min(one for one in most if one is not None) <= use.cap
                met[use.key, use.unit] += 1
                continue
            caps[bucket] = min(caps.get(bucket, use.cap), use.cap) if is_money else caps.get(bucket)
            assert is_money or entry.ceiling.times <= use.cap
            met[use.key, use.unit] += 1
        assert {b: e.ceiling.fen for b, e in entries.items() if e.ceiling.fen} == {b: c for b, c in caps.items() if c}
        whole = [entry for entry in entries.values() if not entry.bucket.subject]
        assert {entry.fen for entry in whole} == {answer.amount}
        assert sum(entry.fen for bucket, entry in entries.items() if bucket.scope is RIGHT) <= answer.amount
    assert {per for per, _ in met} >= {("subject",), ("applicant", "year"), ("applicant",)}


@pytest.mark.parametrize("readings", READINGS, ids=["chosen", "other", "ratio", "half up"])
@pytest.mark.parametrize("name", CATALOGUES)
def test_every_bucket_on_which_a_limit_stands_is_one_that_later_questions_ask(name, readings):
    catalogue = CATALOGUES[name]
    population = generate(catalogue, 200 * DEPTH, seed=12, edge=True)
    for own, asked, answer in payable(catalogue, population, readings):
        program = program_asked(own, asked)
        named = buckets_asked(program, [line.subject or "" for line in answer.lines])
        quotas = {limit.base for limit in program.limits if limit.scope is PROGRAMME_YEAR}
        for bucket, entry in entered(own, asked, answer).items():
            if entry.ceiling != NO_CEILING and bucket.base not in quotas:
                assert any(bucket in buckets for buckets in named.values())
