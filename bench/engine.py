"""One decision with its trace, against OpenFisca's country template in the same run.

The decision reads its question (the JSON contract), runs conditions, steps, limits and split, and keeps every step with
figures and citation; "in words" makes the Chinese sentences and the JSON answer too. OpenFisca builds one person's
simulation and computes the disposable income with its own trace; the bare income tax, without one, is shown beside it.
Both sides run in processes of their own, in turn; the best batch counts, in CPU time, as noise only ever slows.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

from bench._processes import Figures
from policies.engine import assess, load_catalogue

SMALL = {"size": 2, "rounds": 1, "compare": False}
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


def run(size: int = 200, rounds: int = 5, *, compare: bool = True) -> dict[str, Any]:
    """Measure both sides in turn, in batches of `size` decisions; without `compare` the portal's side alone.

    Times are microseconds of CPU a decision; loading is milliseconds from cold.
    """
    openfisca, portal = Figures(), Figures()
    for _ in range(rounds):
        if compare:
            openfisca.add_compared("_openfisca.py", BATCHES, max(size // 20, 1))
        portal.add_portal("bench.engine", size)
    theirs, ours = openfisca.least(), portal.least()
    load = ours.pop("load")
    result: dict[str, Any] = {
        "openfisca_us": {name: round(seconds * 1e6, 1) for name, seconds in theirs.items()},
        "decision_us": {name: round(seconds * 1e6, 1) for name, seconds in ours.items()},
        "load_ms": round(load * 1e3, 1),
        "ratios": {"loading the whole catalogue from cold, seconds": {"value": load, "aim": 0.3, "better": "lower"}},
    }
    if compare:
        result["times_faster_than_income_tax_without_trace"] = round(theirs["income tax, no trace"] / ours[FIRST], 1)
        result["ratios"]["decision with trace, against OpenFisca with trace"] = {
            "value": theirs["disposable income, traced"] / ours[FIRST],
            "aim": 45,
            "better": "higher",
        }
    return result


def _best(decide: Callable[[], object], size: int) -> float:
    best = float("inf")
    for _ in range(BATCHES):
        began = time.process_time()
        for _ in range(size):
            decide()
        best = min(best, (time.process_time() - began) / size)
    return best


def child(size: int) -> None:
    """Measure the portal's side in a fresh process and print name and seconds, a line each."""
    began = time.process_time()
    catalogue = load_catalogue()
    print(f"load\t{time.process_time() - began}")
    for name, question in QUESTIONS.items():
        assess(catalogue, question)
        print(f"{name}\t{_best(lambda question=question: assess(catalogue, question), size)}")
        print(f"{name}, in words\t{_best(lambda question=question: assess(catalogue, question).as_dict(), size)}")


if __name__ == "__main__":
    child(int(sys.argv[1]))
