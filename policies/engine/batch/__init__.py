"""The vectorised engine: a million claims at once, in NumPy, to the fen what the interpreter answers.

The interpreter is the reference implementation; tests/policies/engine/batch compare the two.
"""

from policies.engine.batch.generate import generate
from policies.engine.batch.memory import kept_memory
from policies.engine.batch.questions import questions
from policies.engine.batch.result import OUTCOME_CODES, Simulation
from policies.engine.batch.simulate import simulate
from policies.engine.columns.arranged import Arranged, arranged
from policies.engine.columns.conditions import UnsupportedRuleError
from policies.engine.columns.ledger import BucketUse, QuotaUse
from policies.engine.columns.population import (
    KINDS,
    SIZES,
    Column,
    LineTable,
    Lists,
    Population,
    PopulationError,
    Rows,
)

__all__ = [
    "KINDS",
    "OUTCOME_CODES",
    "SIZES",
    "Arranged",
    "BucketUse",
    "Column",
    "LineTable",
    "Lists",
    "Population",
    "PopulationError",
    "QuotaUse",
    "Rows",
    "Simulation",
    "UnsupportedRuleError",
    "arranged",
    "generate",
    "kept_memory",
    "questions",
    "simulate",
]
