"""What-if over a million claims, against OpenFisca's million income taxes with their build in the same run.

The whole catalogue with its caps, times, one-offs, quotas, lower tiers, other policies and splits, counted per rule;
and a million claims of one item for some items of different shape. Each side runs in processes of its own, in turn; the
median of the processes counts, in CPU time. The peak of memory is that of a process that makes the population too.

A rule's figure is one simulation of a population that is made and arranged: `review.whatif` does that once, and works
the rules in force and those that are tried on it. OpenFisca's figure has the building of its simulation (ids and
memberships) with the computation, and not the drawing of salaries. So each rule stands a second time with its half of
the arranging; what making and arranging take stands beside.
"""

import resource
import statistics
import sys
import time
from typing import Any

from bench._processes import Figures
from policies.engine import load_catalogue
from policies.engine.batch import Arranged, Population, arranged, generate, kept_memory, simulate

SMALL = {"size": 2_000, "rounds": 1, "compare": False}
RUNS = 3
# The rules in force, and those that are tried.
SIDES = 2
CATALOGUE = "the whole catalogue"
SHAPES = {
    "wx2020-01-inv": "per item: ceiling, fees, halves, split",
    "lyg-08-loan": "loan interest: rows, window, times, yearly cap",
    "lyg-09-open": "per N: merged lines, lifetime cap",
    "sz2021-01-univ": "sum by district, cap shared by five heads",
    "sz2021-03-prov": "once in a group and cap, both per right",
    "sz2021-14-analysis": "places of applicants in a year, yearly cap",
    "sz2021-t-21-pledge": "target",
}
PEAK = "peak MB"


def run(size: int = 1_000_000, rounds: int = 3, *, compare: bool = True) -> dict[str, Any]:
    """Measure both sides in turn with `size` claims; without `compare` the portal's side alone. CPU seconds."""
    openfisca, portal = Figures(), {name: Figures() for name in (CATALOGUE, *SHAPES)}
    for _ in range(rounds):
        if compare:
            openfisca.add_compared("_openfisca_million.py", size, RUNS)
        for name, figures in portal.items():
            figures.add_portal("bench.whatif", size, name)
    seconds = {name: statistics.median(figures.found["simulate"]) for name, figures in portal.items()}
    arranging = {name: statistics.median(figures.found["arrange"]) for name, figures in portal.items()}
    peaks = {name: round(max(figures.found[PEAK])) for name, figures in portal.items()}
    items = len(load_catalogue().items)
    result: dict[str, Any] = {
        "claims": size,
        "rules": items,
        "whole_catalogue_s": round(seconds[CATALOGUE], 3),
        "generate_s": round(statistics.median(portal[CATALOGUE].found["generate"]), 3),
        "arrange_s": {name: round(took, 3) for name, took in arranging.items()},
        "peak_mb": peaks,
        "one_item_s": {f"{name} ({shape})": round(seconds[name], 3) for name, shape in SHAPES.items()},
        "ratios": {
            "peak memory with a million claims, MB": {"value": max(peaks.values()), "aim": 500, "better": "lower"}
        },
    }
    if compare:
        bar = statistics.median(openfisca.found["income_tax"])
        result["openfisca_income_tax_s"] = round(bar, 3)
        result["openfisca_peak_mb"] = round(max(openfisca.found[PEAK]))
        result["ratios"]["what-if per rule, against OpenFisca's income tax"] = {
            "value": seconds[CATALOGUE] / items / bar,
            "aim": 0.01,
            "better": "lower",
        }
        counted = {"alone": 0.0, "alone with half of arranging": 1 / SIDES}
        result["ratios"] |= {
            f"what-if of {name} {words}, against OpenFisca's income tax": {
                "value": (seconds[name] + share * arranging[name]) / bar,
                "aim": 1,
                "better": "lower",
            }
            for words, share in counted.items()
            for name in SHAPES
        }
    return result


def child(size: int, name: str) -> None:
    """Make a population and simulate them in a fresh process; print seconds and the peak, a line each."""
    catalogue = load_catalogue()
    began = time.process_time()
    population: Population | Arranged = generate(catalogue, size, seed=1, items=None if name == CATALOGUE else [name])
    print(f"generate\t{time.process_time() - began}")
    began = time.process_time()
    # As in `review.whatif`, nobody keeps the claims in the order in which they were made.
    population = arranged(population)
    print(f"arrange\t{time.process_time() - began}")
    best = float("inf")
    for _ in range(RUNS):
        began = time.process_time()
        simulate(catalogue, population)
        best = min(best, time.process_time() - began)
    print(f"simulate\t{best}")
    print(f"{PEAK}\t{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}")


if __name__ == "__main__":
    # As in `review.whatif`.
    with kept_memory():
        child(int(sys.argv[1]), sys.argv[2])
