"""What-if over a million claims, against OpenFisca's million income taxes with their build in the same run.

The whole catalogue with its caps, times, one-offs, quotas, lower tiers, other policies and splits, counted per rule;
and a million claims of one item for some items of different shape. Each side runs in processes of its own, in turn; the
median of the processes counts, in CPU time. The peak of memory is that of a process that makes the population too.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from policies.engine import load_catalogue
from policies.engine.batch import generate, simulate

ROOT = Path(__file__).resolve().parent.parent
OPENFISCA = ROOT / ".venv-bench" / "bin" / "python"
SIZE = 1_000_000
ROUNDS = 3
RUNS = 3
CATALOGUE = "the whole catalogue"
SHAPES = {
    "wx2020-01-inv": "per item: ceiling, fees, halves, split",
    "lyg-08-loan": "loan interest: rows, window, times, yearly cap",
    "lyg-09-open": "per N: merged lines, lifetime cap",
    "sz2021-01-univ": "sum by district, cap shared by five heads",
    "sz2021-t-21-pledge": "target",
}
INCOME_TAX, PEAK = "income_tax", "peak MB"


def run() -> dict[str, Any]:
    """Measure both sides in turn; seconds of CPU a million claims, per rule where there are many."""
    items = len(load_catalogue().items)
    theirs, ours = _Figures(), {name: _Figures() for name in (CATALOGUE, *SHAPES)}
    for _ in range(ROUNDS):
        theirs.add([str(OPENFISCA), "bench/_openfisca_million.py", str(SIZE), str(RUNS)])
        for name, figures in ours.items():
            figures.add([sys.executable, "-m", "bench.whatif", name])
    bar = theirs.median(INCOME_TAX)
    whole = ours[CATALOGUE].median("simulate")
    peak = max(figures.most(PEAK) for figures in ours.values())
    return {
        "openfisca_income_tax_s": round(bar, 3),
        "openfisca_peak_mb": round(theirs.most(PEAK)),
        "claims": SIZE,
        "rules": items,
        "whole_catalogue_s": round(whole, 3),
        "generate_s": round(ours[CATALOGUE].median("generate"), 3),
        "peak_mb": {name: round(figures.most(PEAK)) for name, figures in ours.items()},
        "one_item_s": {f"{name} ({shape})": round(ours[name].median("simulate"), 3) for name, shape in SHAPES.items()},
        "one_item_against_income_tax": {name: round(ours[name].median("simulate") / bar, 2) for name in SHAPES},
        "ratios": {
            "what-if per rule, against OpenFisca's income tax": {
                "value": whole / items / bar,
                "aim": 1,
                "better": "lower",
            },
            "peak memory with a million claims, MB": {"value": peak, "aim": 500, "better": "lower"},
        },
    }


class _Figures:
    """What the processes of one side printed: names and numbers, a list for each name."""

    def __init__(self) -> None:
        self.found: dict[str, list[float]] = {}

    def add(self, command: list[str]) -> None:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        for line in done.stdout.splitlines():
            name, value = line.rsplit("\t", 1)
            self.found.setdefault(name, []).append(float(value))

    def median(self, name: str) -> float:
        return statistics.median(self.found[name])

    def most(self, name: str) -> float:
        return max(self.found[name])


def child(name: str) -> None:
    """Make a million claims and simulate them in a fresh process; print seconds and the peak, a line each."""
    catalogue = load_catalogue()
    began = time.process_time()
    population = generate(catalogue, SIZE, seed=1, items=None if name == CATALOGUE else [name])
    print(f"generate\t{time.process_time() - began}")
    best = float("inf")
    for _ in range(RUNS):
        began = time.process_time()
        simulate(catalogue, population)
        best = min(best, time.process_time() - began)
    print(f"simulate\t{best}")
    print(f"{PEAK}\t{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}")


if __name__ == "__main__":
    child(sys.argv[1])
