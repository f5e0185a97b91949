"""One decision with its trace, against OpenFisca's country template in the same run.

The decision reads its question (the JSON contract), runs conditions, steps, limits and split, and keeps every step with
figures and citation; "in words" makes the Chinese sentences and the JSON answer too. OpenFisca builds one person's
simulation and computes the disposable income with its own trace; the bare income tax, without one, is told beside it.
Both sides run in processes of their own, in turn; the best batch counts, in CPU time, as noise only ever slows.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from policies.engine import assess, load_catalogue

ROOT = Path(__file__).resolve().parent.parent
OPENFISCA = ROOT / ".venv-bench" / "bin" / "python"
ROUNDS = 5
BATCHES = 40
QUESTIONS: dict[str, dict[str, Any]] = {
    "invention, individual, fee ceiling and split": {
        "item": "wx2020-01-inv",
        "on": "2021-05-10",
        "applicant": {"kind": "individual", "region": "无锡"},
        "lines": [{"fees": "4999.99", "patent_no": "201710601862.3", "granted_on": "2021-05-10"}],
    },
    "insurance premium, project cap": {
        "item": "wx2020-06-ins",
        "on": "2021-05-10",
        "applicant": {"kind": "enterprise"},
        "lines": [{"premium": "599999.99"}],
        "paid": {"project": "100000"},
    },
}
FIRST = next(iter(QUESTIONS))


def run() -> dict[str, Any]:
    """Measure both sides in turn; times are microseconds of CPU a decision, loading is milliseconds from cold."""
    theirs: dict[str, float] = {}
    ours: dict[str, float] = {}
    for _ in range(ROUNDS):
        _keep_best(theirs, [str(OPENFISCA), "bench/_openfisca.py", str(BATCHES), "10"])
        _keep_best(ours, [sys.executable, "-m", "bench.engine"])
    load = ours.pop("load")
    return {
        "openfisca_us": {name: round(seconds * 1e6, 1) for name, seconds in theirs.items()},
        "decision_us": {name: round(seconds * 1e6, 1) for name, seconds in ours.items()},
        "load_ms": round(load * 1e3, 1),
        "times_faster_than_income_tax_without_trace": round(theirs["income tax, no trace"] / ours[FIRST], 1),
        "ratios": {
            "decision with trace, against OpenFisca with trace": {
                "value": theirs["disposable income, traced"] / ours[FIRST],
                "aim": 40,
                "better": "higher",
            },
            "loading the whole catalogue from cold, seconds": {"value": load, "aim": 0.3, "better": "lower"},
        },
    }


def _keep_best(best: dict[str, float], command: list[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        name, seconds = line.rsplit("\t", 1)
        best[name] = min(float(seconds), best.get(name, float("inf")))


def _best(decide: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(BATCHES):
        began = time.process_time()
        for _ in range(200):
            decide()
        best = min(best, (time.process_time() - began) / 200)
    return best


def child() -> None:
    """Measure the portal's side in a fresh process and print name and seconds, a line each."""
    began = time.process_time()
    catalogue = load_catalogue()
    print(f"load\t{time.process_time() - began}")
    for name, question in QUESTIONS.items():
        assess(catalogue, question)
        print(f"{name}\t{_best(lambda question=question: assess(catalogue, question))}")
        print(f"{name}, in words\t{_best(lambda question=question: assess(catalogue, question).as_dict())}")


if __name__ == "__main__":
    child()
