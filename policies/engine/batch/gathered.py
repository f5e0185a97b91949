"""The answers of a simulation, put together part by part."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from policies.engine.batch.result import OUTCOME_INDEX, Simulation
from policies.engine.batch.run import Run
from policies.engine.columns.arithmetic import checked_totals, span
from policies.engine.columns.ledger import BucketUse, QuotaUse
from policies.engine.columns.lines import NONE
from policies.engine.columns.population import IntArray, Population
from policies.engine.terms import Outcome


class Gathered:
    """What was answered so far."""

    def __init__(self, population: Population) -> None:
        size = len(population)
        self.outcome = np.zeros(size, dtype=np.int8)
        self.reason = np.full(size, NONE, dtype=np.int16)
        self.amount, self.city, self.district = (np.zeros(size, dtype=np.int64) for _ in range(3))
        self.divided = np.zeros(size, dtype=np.bool_)
        self.lines = [np.zeros(len(table), dtype=np.int64) for table in population.tables]
        self.rounds = 1
        self._asked = 0
        self._quotas: list[QuotaUse] = []
        self._buckets: dict[tuple[str, tuple[str, ...]], list[BucketUse]] = {}

    def ask(self, lines: Iterable[IntArray]) -> None:
        """Count what lines ask for before any limit; PopulationError for more than running totals can hold."""
        self._asked = checked_totals(lines, self._asked)

    def take(self, run: Run, table: int, where: IntArray) -> None:
        """The answers of a run, whose lines stand at these positions of a table."""
        answer, claims = run.answers, run.span
        self.outcome[claims], self.reason[claims], self.amount[claims] = answer.outcome, answer.reason, answer.amount
        self.lines[table][span(where)] = answer.lines
        split = run.program.split
        if split is not None:
            self.city[claims], self.district[claims] = split.columns(answer.amount)
            self.divided[claims] = (answer.outcome == _PAYABLE) | (answer.outcome == _REFUSED)

    def uses(self, uses: Iterable[BucketUse | QuotaUse]) -> None:
        """What buckets gave."""
        for use in uses:
            if isinstance(use, QuotaUse):
                self._quotas.append(use)
            else:
                self._buckets.setdefault((use.group, use.scope), []).append(use)

    def simulation(self, reason_codes: tuple[str, ...]) -> Simulation:
        """All answers."""
        return Simulation(
            outcome=self.outcome,
            amount=self.amount,
            city=self.city,
            district=self.district,
            divided=self.divided,
            reason=self.reason,
            reason_codes=reason_codes,
            line_amounts=tuple(self.lines),
            buckets=tuple(map(_together, self._buckets.values())),
            quotas=tuple(self._quotas),
            rounds=self.rounds,
        )


_PAYABLE, _REFUSED = OUTCOME_INDEX[Outcome.PAYABLE], OUTCOME_INDEX[Outcome.REFUSED]


def _together(uses: list[BucketUse]) -> BucketUse:
    """The buckets of one kind, of all parts."""
    if len(uses) == 1:
        return uses[0]

    def joined(name: str) -> IntArray | None:
        return None if getattr(uses[0], name) is None else np.concatenate([getattr(use, name) for use in uses])

    codes = tuple(dict.fromkeys(code for use in uses for code in use.codes))
    arrays: dict[str, Any] = {name: joined(name) for name in ("claims", "subject", "city", "used")}
    return replace(uses[0], codes=codes, cap=min(use.cap for use in uses), **arrays)
