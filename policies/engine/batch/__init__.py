"""The vectorised twin of the engine: a million claims at once, in NumPy, to the fen what the scalar engine answers.

The scalar interpreter is the law; the twin earns its trust in tests/policies/engine/batch. Its calls:

- `simulate(catalogue, population, *, settings=None, ledger=True, progress=None) -> Simulation`: works the claims in filing
  order. With `ledger`, what earlier claims of the population took counts against caps, times, one-offs, quotas, lower
  tiers and other policies, besides what claims bring; without, each claim stands alone. `progress(done, total)` is
  called after each item and may raise to stop.
- `generate(catalogue, size, *, seed, take_up=None, items=None, edge=False) -> Population`: made claims, the same for the
  same arguments; `edge` draws them from the rules' own thresholds.
- `questions(population) -> Iterator[dict]`: the same claims as questions of the scalar engine, in filing order.
"""

from policies.engine.batch.population import (
    KINDS,
    SIZES,
    Column,
    LineTable,
    Lists,
    Population,
    PopulationError,
    Rows,
)
from policies.engine.batch.result import OUTCOME_CODES, BucketUse, QuotaUse, Simulation

__all__ = [
    "KINDS",
    "OUTCOME_CODES",
    "SIZES",
    "BucketUse",
    "Column",
    "LineTable",
    "Lists",
    "Population",
    "PopulationError",
    "QuotaUse",
    "Rows",
    "Simulation",
]
