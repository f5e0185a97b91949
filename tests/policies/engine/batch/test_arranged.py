"""The layout of a population: the same claims, the same answers, and no part without what shares its limits."""

from importlib import import_module

import numpy as np
import pytest

from policies.engine import load_catalogue
from policies.engine.batch import arranged, generate, simulate
from tests.policies.engine.batch.odd_rules import item, standard
from tests.policies.engine.batch.test_ledgers import DAY, catalogue, population, yuan

CATALOGUE = load_catalogue()
ITEMS = ["lyg-08-loan", "sz2021-03-prov", "wx2020-01-inv"]


@pytest.fixture
def one_claim_at_a_time(monkeypatch):
    monkeypatch.setattr(import_module("policies.engine.columns.arranged"), "BLOCK", 1)


@pytest.mark.parametrize("edge", [False, True])
def test_a_layout_holds_every_claim_and_line_once_by_applicant_and_filing(edge, monkeypatch):
    monkeypatch.setattr(import_module("policies.engine.columns.arranged"), "BLOCK", 50)
    filed = generate(CATALOGUE, 900, seed=3, items=ITEMS, edge=edge)
    laid_out = arranged(filed)

    assert sorted(laid_out.filed.tolist()) == list(range(900))
    for number, (table, before) in enumerate(zip(laid_out.population.tables, filed.tables, strict=True)):
        where = laid_out.lines[number]
        assert sorted(where.tolist()) == list(range(len(before)))
        assert laid_out.filed[table.claim].tolist() == before.claim[where].tolist()
        for name, column in table.columns.items():
            assert column.values.tolist() == before.columns[name].values[where].tolist()
        own = slice(*laid_out.begins[number : number + 2])
        keys = list(zip(laid_out.population.applicant[own].tolist(), laid_out.filed[own].tolist(), strict=True))
        assert keys == sorted(keys)
        blocks = laid_out.blocks[number]
        for part, end in ((lambda block: block.claims, own.stop), (lambda block: block.lines, len(table))):
            cuts = [part(blocks[0]).start, *(part(block).stop for block in blocks)]
            assert cuts == [*(part(block).start for block in blocks), end]
        applicants = [set(laid_out.population.applicant[block.claims].tolist()) for block in blocks]
        assert sum(map(len, applicants)) == len(set().union(*applicants))
        assert len(blocks) > 1
        for block in blocks:
            # First the first line of each claim, then the others of a claim as they stood.
            claim, stood = table.claim[block.lines], where[block.lines]
            size = block.claims.stop - block.claims.start
            assert claim[:size].tolist() == list(range(block.claims.start, block.claims.stop))
            assert (np.diff(claim[size:]) >= 0).all()
            assert all((np.diff(stood[claim == one]) > 0).all() for one in set(claim[size:].tolist()))


def test_an_arranged_population_is_answered_as_the_filed_one_in_its_own_order():
    filed = generate(CATALOGUE, 900, seed=5, items=ITEMS, edge=True)
    laid_out = arranged(filed)

    one, other = simulate(CATALOGUE, filed), simulate(CATALOGUE, laid_out)

    assert one.total == other.total > 0
    for name in ("outcome", "amount", "city", "district", "divided", "reason"):
        assert getattr(one, name)[laid_out.filed].tolist() == getattr(other, name).tolist()
    for as_filed, where, own in zip(one.line_amounts, laid_out.lines, other.line_amounts, strict=True):
        assert as_filed[where].tolist() == own.tolist()


def test_a_right_that_two_applicants_claim_is_paid_once_to_the_one_who_filed_first(one_claim_at_a_time):
    limits = [{"once": "odd-group", "per": ["subject"]}]
    rules = catalogue(item("odd-1", [standard()], limits=limits))
    claims = population(
        *({"item": "odd-1", "applicant": who, "subject": right} for who, right in ((3, 7), (2, 8), (1, 7), (2, 9)))
    )

    assert yuan(simulate(rules, claims)) == [5000, 5000, 0, 5000]


def test_places_of_a_year_go_to_who_filed_first_however_applicants_are_numbered(one_claim_at_a_time):
    rules = catalogue(
        item("odd-1", [standard()], limits=[{"count": 2, "per": ["programme", "year"], "tally": "lines"}])
    )
    claims = population(*({"item": "odd-1", "applicant": who} for who in (4, 3, 2, 1)))

    simulation = simulate(rules, claims)

    assert yuan(simulation) == [5000, 5000, 0, 0]
    assert [(quota.last_in, quota.cut_at) for quota in simulation.quotas] == [(1, 2)]


def test_an_applicants_cap_is_reported_once_for_all_parts(one_claim_at_a_time):
    rules = catalogue(item("odd-1", [standard()], limits=[{"yuan": "8000", "per": ["applicant", "year"]}]))
    claims = population(*({"item": "odd-1", "applicant": who, "on": DAY} for who in (2, 1, 2, 1, 3)))

    (bucket,) = simulate(rules, claims).buckets

    used = dict(zip(bucket.applicant.tolist(), bucket.used.tolist(), strict=True))
    assert used == {1: 800_000, 2: 800_000, 3: 500_000}
    assert (bucket.cap, bucket.full) == (800_000, 2)
