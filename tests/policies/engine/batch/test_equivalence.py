"""Both engines give every made claim the same: outcome, sums, shares, first reason, lines."""

from importlib import import_module
from itertools import chain

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.engine import Outcome, load_catalogue
from policies.engine.batch import generate, simulate
from policies.engine.batch.rules import MISSING, NOT_IN_FORCE
from tests.policies.engine.batch.odd_rules import odd_catalogue
from tests.policies.engine.batch.support import differences, worked

CATALOGUE = load_catalogue()
ITEMS = sorted(CATALOGUE.items)
OTHER_READINGS = {
    setting.name: not setting.default for setting in CATALOGUE.settings.values() if setting.kind == "boolean"
}
READINGS = [
    {},
    OTHER_READINGS,
    {"district_ratio": "37.5%", "issued": "2024-02-29"},
    {"district_ratio": "1/3", "fen_floor": False},
]
ALL_STRICT = {"fen_floor": False, "yishang_inclusive": False, "chaoguo_exclusive": False, "event_date": False}

# How many times more than in `make test`: one there, a hundred under the nightly profile.
DEPTH = max(settings.default.max_examples // 100, 1)

readings = st.sampled_from(READINGS)
seeds = st.integers(0, 2**32 - 1)


def unequal(catalogue, population, *, chosen=None, ledger=True):
    """The first claims that the vectorised engine answers otherwise than the interpreter."""
    simulation = simulate(catalogue, population, settings=chosen, ledger=ledger)
    found = differences(catalogue, population, simulation, settings=chosen, ledger=ledger)
    return [difference for difference, _ in zip(found, range(3), strict=False)]


@pytest.fixture(autouse=True)
def _few_claims_answered_at_a_time(monkeypatch):
    """Populations of one item are answered in several runs, those of many items in one run each."""
    monkeypatch.setattr(import_module("policies.engine.columns.arranged"), "BLOCK", 50)


@pytest.mark.parametrize("item", ITEMS)
def test_claims_on_the_edges_of_an_item_are_answered_as_by_the_interpreter(item):
    population = generate(CATALOGUE, 250 * DEPTH, seed=1, items=[item], edge=True)

    assert not unequal(CATALOGUE, population)


@pytest.mark.parametrize("chosen", READINGS, ids=["chosen", "other", "ratio", "half up"])
def test_claims_on_the_edges_of_the_whole_catalogue_share_their_ledgers_as_by_the_interpreter(chosen):
    population = generate(CATALOGUE, 5_000 * DEPTH, seed=2, edge=True)

    assert not unequal(CATALOGUE, population, chosen=chosen)


def test_claims_that_stand_alone_are_answered_as_by_the_interpreter():
    assert not unequal(CATALOGUE, generate(CATALOGUE, 5_000 * DEPTH, seed=6, edge=True), ledger=False)


def test_ordinary_claims_are_answered_as_by_the_interpreter():
    assert not unequal(CATALOGUE, generate(CATALOGUE, 6_000 * DEPTH, seed=3))


@pytest.mark.parametrize("item", sorted(odd_catalogue().items))
@pytest.mark.parametrize("chosen", [{}, ALL_STRICT], ids=["chosen", "strict"])
def test_rules_that_no_document_has_yet_are_followed_too(item, chosen):
    catalogue = odd_catalogue()
    population = generate(catalogue, 300 * DEPTH, seed=4, items=[item], edge=True)

    assert not unequal(catalogue, population, chosen=chosen)


@given(
    seeds, st.lists(st.sampled_from(sorted(odd_catalogue().items)), min_size=1, max_size=6, unique=True), st.booleans()
)
@example(seed=0, items=["odd-02-crowded", "odd-03-crowded"], ledger=True)
@example(seed=503, items=["odd-04-shares"], ledger=True)
@example(
    seed=3270536870,
    items=["prov-01-cap", "odd-03-crowded", "odd-07-title", "odd-06-merged", "prov-02-places"],
    ledger=True,
)
def test_odd_rules_together_are_followed_whatever_is_drawn(seed, items, ledger):
    catalogue = odd_catalogue()

    assert not unequal(catalogue, generate(catalogue, 40, seed=seed, items=items, edge=True), ledger=ledger)


@given(seeds, st.lists(st.sampled_from(ITEMS), min_size=1, max_size=6, unique=True), readings, st.booleans())
def test_the_engines_agree_whatever_is_drawn(seed, items, chosen, edge):
    population = generate(CATALOGUE, 30, seed=seed, items=items, edge=edge)

    assert not unequal(CATALOGUE, population, chosen=chosen)


@pytest.mark.parametrize("item", ITEMS[:: 4 if DEPTH == 1 else 1])
def test_made_claims_reach_every_reason_that_an_item_can_give(item):
    version = CATALOGUE.items[item][0]
    defaults = {setting.name: setting.default for setting in version.settings}
    rules = [*(c for c in version.content["conditions"] if not c["priority"]), *version.limits]
    wanted = {
        rule["code"] for rule in rules if all(defaults.get(name) == value for name, value in rule.get("if", {}).items())
    }
    if any(fact.needed for fact in version.facts):
        wanted.add(MISSING)
    if version.kind != "target":
        wanted.add(NOT_IN_FORCE)

    answered = False
    populations = (generate(CATALOGUE, 1_200, seed=seed, items=[item], edge=True) for seed in range(5))
    for _, answer in chain.from_iterable(worked(CATALOGUE, population) for population in populations):
        wanted -= {note.code for note, *_ in answer.reason_entries}
        answered = answered or answer.outcome not in (Outcome.REFUSED, Outcome.UNDETERMINED)
        if answered and not wanted:
            break

    assert not wanted
    assert answered
