"""What a simulation answers: outcomes and sums by claim and line, what every bucket gave, where every quota cut."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from policies.engine.columns.arranged import Arranged
from policies.engine.columns.ledger import BucketUse, QuotaUse
from policies.engine.columns.population import BoolArray, IntArray
from policies.engine.terms import Outcome

OUTCOME_CODES: tuple[Outcome, ...] = tuple(Outcome)
OUTCOME_INDEX: dict[Outcome, int] = {outcome: number for number, outcome in enumerate(OUTCOME_CODES)}


@dataclass(frozen=True, slots=True)
class Simulation:
    """The answers to a population, an array element for each claim, in the population's order.

    That of an arranged population is its layout; `as_filed` gives that of the claims as they were filed.

    `outcome`: index into `OUTCOME_CODES`. `amount`, `city`, `district`: fen, 0 where the scalar engine gives none;
    `divided` marks claims whose sum is split, for the others city and district mean nothing. `reason`: index into
    `reason_codes` of the first reason the scalar engine lists, -1 where it lists none. `line_amounts`: fen per line,
    by table of the population. `rounds`: how often the ledgers were worked through until nothing changed.
    """

    outcome: IntArray
    amount: IntArray
    city: IntArray
    district: IntArray
    divided: BoolArray
    reason: IntArray
    reason_codes: tuple[str, ...]
    line_amounts: tuple[IntArray, ...]
    buckets: tuple[BucketUse, ...]
    quotas: tuple[QuotaUse, ...]
    rounds: int

    def __len__(self) -> int:
        return len(self.outcome)

    def as_filed(self, laid_out: Arranged) -> "Simulation":
        """The same answers in the order of the population that was arranged."""
        claims = ("outcome", "amount", "city", "district", "divided", "reason")
        put_back: dict[str, Any] = {name: _put_back(getattr(self, name), laid_out.filed) for name in claims}
        lines = zip(self.line_amounts, laid_out.lines, strict=True)
        return replace(self, line_amounts=tuple(_put_back(values, where) for values, where in lines), **put_back)

    @property
    def total(self) -> int:
        """Fen over all claims."""
        return int(self.amount.sum())

    def having(self, outcome: Outcome) -> BoolArray:
        """The claims with this outcome."""
        found: BoolArray = self.outcome == OUTCOME_INDEX[outcome]
        return found

    def totals_by(self, codes: IntArray, size: int) -> tuple[IntArray, IntArray, IntArray]:
        """Claims, payable claims and fen by a code from 0 to `size` - 1 that each claim has, exactly."""
        payable = self.having(Outcome.PAYABLE)
        fen = np.zeros(size, dtype=np.int64)
        np.add.at(fen, codes, self.amount)
        return np.bincount(codes, minlength=size), np.bincount(codes[payable], minlength=size), fen

    def reason_counts(self) -> dict[str, int]:
        """How many claims have each first reason, most frequent first."""
        counts = np.bincount(self.reason + 1, minlength=len(self.reason_codes) + 1)[1:]
        found = {code: int(count) for code, count in zip(self.reason_codes, counts, strict=True) if count}
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _put_back(values: IntArray, where: IntArray) -> IntArray:
    found = np.empty_like(values)
    found[where] = values
    return found
