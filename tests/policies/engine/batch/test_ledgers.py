"""Sums, times, one-offs and places that claims of a population share, worked by hand."""

from dataclasses import replace
from datetime import date
from importlib import import_module

import numpy as np
import pytest

from policies.engine import Outcome
from policies.engine.batch import KINDS, OUTCOME_CODES, Column, LineTable, Population, Rows, simulate
from tests.policies.engine.batch.odd_rules import HEAD, PROVINCE, catalogue_from, item, standard

DAY = date(2021, 5, 10).toordinal()
PROPOSE = {"do": "propose", "field": "requested"}


@pytest.fixture(autouse=True, params=[2**16, 2])
def claims_answered_at_a_time(request, monkeypatch):
    """Whether claims are answered all at once or two by two makes no difference."""
    monkeypatch.setattr(import_module("policies.engine.columns.arranged"), "BLOCK", request.param)


def catalogue(*items, province=()):
    documents = [(HEAD, list(items))] if items else []
    return catalogue_from(*documents, *([(PROVINCE, list(province))] if province else []))


def population(*claims, regions=("无锡",)):
    """Claims in filing order: (item, applicant, asked yuan or a list of them, subject or None, day, region)."""
    names = list(dict.fromkeys(claim["item"] for claim in claims))
    tables = []
    for name in names:
        lines = [
            (number, line)
            for number, claim in enumerate(claims)
            if claim["item"] == name
            for line in claim.get("lines", [claim])
        ]
        asked = np.array([line.get("asked", 0) * 100 for _, line in lines])
        tables.append(
            LineTable(
                name,
                np.array([number for number, _ in lines]),
                count=np.array([line.get("count", 1) for _, line in lines]),
                subject=np.array([line.get("subject", -1) for _, line in lines]),
                columns={"requested": Column(asked, asked > 0), "decided": Column(asked, asked > 0)},
            )
        )
    return Population(
        tables=tuple(tables),
        item=np.array([names.index(claim["item"]) for claim in claims], dtype=np.int16),
        applicant=np.array([claim.get("applicant", 0) for claim in claims], dtype=np.int64),
        kind=np.full(len(claims), KINDS.index("enterprise")),
        region=np.array([regions.index(claim.get("region", regions[0])) for claim in claims], dtype=np.int8),
        regions=regions,
        on=np.array([claim.get("on", DAY) for claim in claims], dtype=np.int32),
    )


def yuan(simulation):
    return (simulation.amount / 100).tolist()


def reasons(simulation):
    return [simulation.reason_codes[code] if code >= 0 else None for code in simulation.reason]


def test_a_yearly_cap_is_given_out_in_the_order_of_filing():
    rules = catalogue(item("odd-1", [standard(), PROPOSE], limits=[{"yuan": "10000", "per": ["applicant", "year"]}]))
    claims = population(
        {"item": "odd-1", "applicant": 1, "asked": 4000},
        {"item": "odd-1", "applicant": 2, "asked": 5000},
        {"item": "odd-1", "applicant": 1, "asked": 5000},
        {"item": "odd-1", "applicant": 1, "asked": 3000},
        {"item": "odd-1", "applicant": 1, "asked": 1},
        {"item": "odd-1", "applicant": 1, "asked": 2, "on": DAY + 365},
    )

    simulation = simulate(rules, claims)

    assert yuan(simulation) == [4000, 5000, 5000, 1000, 0, 2]
    assert reasons(simulation) == [None, None, None, None, "L0", None]
    (bucket,) = simulation.buckets
    assert (bucket.group, bucket.scope, bucket.codes, bucket.cap) == (
        "odd-1",
        ("applicant", "year"),
        ("L0",),
        1_000_000,
    )
    used = dict(
        zip(zip(bucket.applicant.tolist(), bucket.year.tolist(), strict=True), bucket.used.tolist(), strict=True)
    )
    assert used == {(1, 2021): 1_000_000, (2, 2021): 500_000, (1, 2022): 200}
    assert bucket.full == 1
    assert yuan(simulate(rules, claims, ledger=False)) == [4000, 5000, 5000, 3000, 1, 2]


def test_a_group_shares_its_cap_between_items():
    limits = [{"yuan": "6000", "per": ["applicant", "year"], "group": "odd-shared"}]
    rules = catalogue(item("odd-1", [standard()], limits=limits), item("odd-2", [standard("2000")], limits=limits))
    claims = population({"item": "odd-2"}, {"item": "odd-1"}, {"item": "odd-2"})

    assert yuan(simulate(rules, claims)) == [2000, 4000, 0]


def test_what_claims_bring_is_added_to_what_the_population_took():
    rules = catalogue(item("odd-1", [standard()], limits=[{"yuan": "12000", "per": ["applicant"]}]))
    claims = population({"item": "odd-1"}, {"item": "odd-1"})
    brought = Population(
        **{name: getattr(claims, name) for name in _fields()} | {"paid": {"lifetime": np.array([0, 400_000])}}
    )

    simulation = simulate(rules, brought)

    assert yuan(simulation) == [5000, 3000]
    assert simulation.buckets[0].used.tolist() == [400_000 + 800_000]


def _fields():
    return [name for name in Population.__slots__ if name != "paid"]


def test_a_refused_claim_takes_no_time_and_no_place():
    rules = catalogue(
        item(
            "odd-1",
            [standard(), PROPOSE],
            limits=[
                {"count": 1, "per": ["applicant"], "tally": "paid"},
                {"count": 2, "per": ["programme", "year"], "tally": "lines"},
            ],
            effect=[{"from": "2021-01-01"}],
        )
    )
    early = date(2020, 12, 31).toordinal()
    claims = population(
        {"item": "odd-1", "applicant": 1, "on": early},
        {"item": "odd-1", "applicant": 1},
        {"item": "odd-1", "applicant": 1},
        {"item": "odd-1", "applicant": 2},
        {"item": "odd-1", "applicant": 3},
    )

    simulation = simulate(rules, claims)

    assert yuan(simulation) == [0, 5000, 0, 5000, 0]
    assert reasons(simulation) == ["NOT_IN_FORCE", None, "L0", None, "L1"]
    earlier, year = simulation.quotas
    assert (earlier.year, earlier.asked, earlier.taken, earlier.last_in, earlier.cut_at) == (2020, 0, 0, None, None)
    assert (year.group, year.city, year.year, year.places) == ("odd-1:L1", "320200", 2021, 2)
    assert (year.asked, year.taken, year.last_in, year.cut_at) == (3, 2, 3, 4)


def test_each_city_fills_the_places_of_a_province_for_itself():
    limits = [{"count": 1, "per": ["programme", "year"], "tally": "lines"}]
    rules = catalogue(province=[item("prov-1", [standard()], limits=limits)])
    cities = ("320211", "320205", "320505")
    claims = population(
        *({"item": "prov-1", "applicant": n, "region": city} for n, city in enumerate(cities)), regions=cities
    )

    assert yuan(simulate(rules, claims)) == [5000, 0, 5000]


def test_an_applicant_keeps_the_place_it_has():
    rules = catalogue(
        item("odd-1", [standard()], limits=[{"count": 2, "per": ["programme", "year"], "tally": "applicants"}])
    )
    claims = population(*({"item": "odd-1", "applicant": who} for who in (1, 1, 2, 3, 2, 1)))

    assert yuan(simulate(rules, claims)) == [5000, 5000, 5000, 0, 5000, 5000]


def test_a_one_off_of_a_group_is_paid_once_for_a_right():
    limits = [{"once": "odd-group", "per": ["subject"]}]
    rules = catalogue(item("odd-1", [standard()], limits=limits), item("odd-2", [standard("700")], limits=limits))
    claims = population(
        {"item": "odd-1", "subject": 7},
        {"item": "odd-2", "subject": 8},
        {"item": "odd-2", "subject": 7},
        {"item": "odd-1"},
    )

    assert yuan(simulate(rules, claims)) == [5000, 700, 0, 5000]


def test_a_higher_tier_pays_what_the_lower_one_left():
    rules = catalogue(
        item("odd-low", [standard("2000")]),
        item("odd-high", [standard("5000")], limits=[{"absorbs": "odd-low"}]),
    )
    claims = population(
        {"item": "odd-low", "applicant": 1}, {"item": "odd-high", "applicant": 1}, {"item": "odd-high", "applicant": 2}
    )

    assert yuan(simulate(rules, claims)) == [2000, 3000, 5000]


def test_what_another_document_paid_for_the_same_right_is_taken_off():
    rules = catalogue(item("odd-1", [standard()]), province=[item("prov-1", [standard("1200")])])
    claims = population(
        {"item": "odd-1", "subject": 5},
        {"item": "prov-1", "subject": 6},
        {"item": "odd-1", "lines": [{"subject": 6}, {"subject": 6}, {"subject": 5}]},
        {"item": "prov-1", "subject": 5},
    )

    simulation = simulate(rules, claims)

    # Taken off once, from the last line; the province's document asks nothing of others.
    assert yuan(simulation) == [5000, 1200, 13800, 1200]
    assert simulation.line_amounts[0].tolist() == [500_000, 500_000, 500_000, 380_000]


def test_a_claim_waits_for_an_earlier_one_however_long_the_chain():
    limits = [{"yuan": "5000", "per": ["subject"]}, {"yuan": "9000", "per": ["applicant"]}]
    rules = catalogue(item("odd-1", [standard()], limits=limits))
    # Right k was claimed by applicant k - 1 before; who finds it used up leaves its own cap to the next claim.
    claims = population(
        *(
            claim
            for k in range(40)
            for claim in (
                {"item": "odd-1", "applicant": k, "subject": k},
                {"item": "odd-1", "applicant": k, "subject": k + 1},
            )
        )
    )

    simulation = simulate(rules, claims)

    left, paid = dict.fromkeys(range(41), 5000), []
    for k in range(40):
        own = 9000
        for subject in (k, k + 1):
            fen = min(left[subject], own, 5000)
            left[subject] -= fen
            own -= fen
            paid.append(fen)
    assert yuan(simulation) == paid
    assert simulation.rounds > 2


def test_a_sum_that_a_later_line_states_leaves_the_bucket_of_the_first_as_it_is():
    year = {"yuan": "6000", "per": ["applicant", "year"], "before": "paid_item_before"}
    rules = catalogue(item("odd-1", [standard(), PROPOSE], limits=[year, {"yuan": "9000", "per": ["applicant"]}]))
    claims = population(
        {"item": "odd-1", "asked": 4000},
        {"item": "odd-1", "on": DAY + 365, "lines": [{"asked": 2500}, {"asked": 5000}]},
    )
    (table,) = claims.tables
    stated = Column(np.array([0, 0, 18000_00]))
    claims = replace(claims, tables=(replace(table, columns={**table.columns, "paid_item_before": stated}),))

    assert yuan(simulate(rules, claims)) == [4000, 5000]


def test_rows_and_undecided_sums_have_their_outcomes():
    rules = catalogue(
        item("odd-1", [{"do": "given", "fields": ["decided"], "missing": "no_amount"}]),
        item("odd-2", [{"do": "rate_of", "fields": ["interest_payments"], "ratio": "30%", "nature": "ceiling"}]),
    )
    claims = population({"item": "odd-1"}, {"item": "odd-1", "asked": 5}, {"item": "odd-2"}, {"item": "odd-2"})
    rows = Rows(np.array([0, 2, 2]), np.array([101, 100]), np.array([DAY, 0]), np.array([True, False]))
    first, second = claims.tables
    second = LineTable(second.item, second.claim, rows={"interest_payments": rows})
    claims = Population(**{name: getattr(claims, name) for name in _fields()} | {"tables": (first, second)})

    simulation = simulate(rules, claims)

    assert [OUTCOME_CODES[code] for code in simulation.outcome] == [
        Outcome.NO_AMOUNT, Outcome.PAYABLE, Outcome.PAYABLE, Outcome.UNDETERMINED,
    ]  # fmt: skip
    assert simulation.amount.tolist() == [0, 500, 60, 0]
    assert simulation.having(Outcome.PAYABLE).tolist() == [False, True, True, False]


@pytest.mark.parametrize("size", [0, 1])
def test_a_population_of_nobody_or_one_is_answered(size):
    rules = catalogue(item("odd-1", [standard()], limits=[{"yuan": "100", "per": ["subject"]}]))
    claims = population(*({"item": "odd-1", "subject": 3} for _ in range(size)))

    assert yuan(simulate(rules, claims)) == [100] * size
