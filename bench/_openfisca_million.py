"""A million persons' income tax by OpenFisca's country template, for bench/whatif.py.

Runs in an environment of its own (requirements/bench.in), so it imports nothing of the portal. Prints the CPU seconds
of building the simulation and computing, the fastest of so many, and the peak of the process's memory in megabytes.
"""

import resource
import sys
import time

import numpy as np
from openfisca_core.simulations import SimulationBuilder
from openfisca_country_template import CountryTaxBenefitSystem

MONTH = "2018-01"


def measure(size: int, runs: int) -> None:
    """Build a simulation of so many persons with salaries and compute their income tax."""
    system = CountryTaxBenefitSystem()
    salaries = np.random.Generator(np.random.PCG64(1)).integers(0, 10_000, size)
    best = float("inf")
    for _ in range(runs):
        began = time.process_time()
        simulation = SimulationBuilder().build_default_simulation(system, count=size)
        simulation.set_input("salary", MONTH, salaries)
        simulation.calculate("income_tax", MONTH)
        best = min(best, time.process_time() - began)
    print(f"income_tax\t{best}")
    print(f"peak MB\t{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}")


if __name__ == "__main__":
    measure(int(sys.argv[1]), int(sys.argv[2]))
