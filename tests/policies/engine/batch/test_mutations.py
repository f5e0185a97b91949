"""Change the interpreter or the vectorised engine by one comparison, rounding, order or day: they no longer agree."""

import sys
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from policies.engine import load_catalogue
from policies.engine.batch import generate, rules, simulate
from policies.engine.columns import context
from policies.engine.columns.arithmetic import share_half_up
from policies.engine.conditions import comparisons
from tests.policies.engine.batch.support import differences
from tests.policies.engine.test_mutations import EQUIVALENT, mutants, with_item

CATALOGUE = load_catalogue()
ITEMS = sorted(CATALOGUE.items)


def answered(item, seed):
    """Claims on the edges of the item, and what the vectorised engine makes of them."""
    population = generate(CATALOGUE, 300, seed=seed, items=[item], edge=True)
    return population, simulate(CATALOGUE, population)


# For whoever changes the interpreter alone.
answered_once = lru_cache(maxsize=8)(answered)


def disagree(item, *, catalogue=CATALOGUE, seeds=range(8), answers=answered):
    """Whether the vectorised engine and an interpreter differ on some claim on the edges of the item."""
    return any(next(differences(catalogue, *answers(item, seed)), None) is not None for seed in seeds)


@pytest.mark.parametrize("item", ITEMS)
def test_every_mutation_of_the_law_is_noticed_on_the_edges_of_the_item(item):
    survivors = [
        label
        for label, content in mutants(CATALOGUE.items[item][0])
        if (item, label) not in EQUIVALENT
        and not disagree(item, catalogue=with_item(CATALOGUE, content), answers=answered_once)
    ]

    assert not survivors


def test_a_comparison_made_strict_is_noticed(monkeypatch):
    exact = comparisons.compare

    def strict(values, sign, bound, scale=1):
        return exact(values, {">=": ">", "<=": "<"}.get(sign, sign), bound, scale)

    monkeypatch.setattr(comparisons, "compare", strict)

    assert disagree("wx2020-01-maint")


def test_another_rounding_is_noticed(monkeypatch):
    monkeypatch.setattr(context, "share_down", share_half_up)

    assert disagree("wx2020-01-inv")


def test_another_order_of_steps_is_noticed(monkeypatch):
    in_order = rules.compile_rules

    def halved_first(program, codes):
        halved = sorted(program.operations, key=lambda operation: operation.verb == "cap_by")
        return in_order(replace(program, operations=tuple(halved)), codes)

    monkeypatch.setattr(sys.modules[simulate.__module__], "compile_rules", halved_first)

    assert disagree("wx2020-01-inv")


def test_a_policy_that_ends_a_day_late_is_noticed(monkeypatch):
    exact = rules.ItemRules.in_force

    def lax(self, day):
        return exact(self, day) | (exact(self, day - 1) & ~exact(self, day))

    monkeypatch.setattr(rules.ItemRules, "in_force", lax)

    assert disagree("sz2021-02-plan")


def test_the_unchanged_engines_agree():
    assert not any(disagree(item, seeds=[0]) for item in ("wx2020-01-maint", "wx2020-01-inv", "sz2021-02-plan"))


def test_a_fen_more_in_one_claim_of_thousands_is_noticed():
    population = generate(CATALOGUE, 2_000, seed=0, edge=True)
    simulation = simulate(CATALOGUE, population)
    paid = int(np.flatnonzero(simulation.amount)[-1])
    simulation.amount[paid] += 1

    (difference,) = differences(CATALOGUE, population, simulation)

    assert difference["claim"] == paid
