"""Computations of OpenFisca's country template, for bench/engine.py.

Runs in an environment of its own (requirements/bench.in), so it imports nothing of the portal. Prints a name and CPU
seconds a line. Each computation builds its simulation from one person's situation, as OpenFisca's documentation shows.
"""

import sys
import time
from typing import Any

from openfisca_core.simulations import SimulationBuilder
from openfisca_country_template import CountryTaxBenefitSystem

MONTH = "2018-01"
TENANT: dict[str, Any] = {
    "persons": {"Ari": {"salary": {MONTH: 4000}, "birth": {"ETERNITY": "1980-01-01"}}},
    "households": {
        "home": {
            "adults": ["Ari"],
            "rent": {MONTH: 800},
            "accommodation_size": {MONTH: 50},
            "housing_occupancy_status": {MONTH: "tenant"},
        }
    },
}
EARNER: dict[str, Any] = {"persons": {"Ari": {"salary": {MONTH: 4000}}}, "households": {"home": {"adults": ["Ari"]}}}
COMPUTATIONS = {
    "disposable income, traced": (TENANT, "disposable_income", True),
    "income tax, no trace": (EARNER, "income_tax", False),
}


def measure(batches: int, size: int) -> None:
    """Print the least CPU seconds each computation took, over so many batches of so many."""
    system = CountryTaxBenefitSystem()
    for name, (situation, variable, traced) in COMPUTATIONS.items():
        best = float("inf")
        for _ in range(batches):
            began = time.process_time()
            for _ in range(size):
                simulation = SimulationBuilder().build_from_entities(system, situation)
                simulation.trace = traced
                simulation.calculate(variable, MONTH)
            best = min(best, (time.process_time() - began) / size)
        print(f"{name}\t{best}")


if __name__ == "__main__":
    measure(int(sys.argv[1]), int(sys.argv[2]))
