"""A population laid out for simulating: what limits look at together stands together in memory."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from policies.engine.columns.arithmetic import in_order_of, pick, run_starts
from policies.engine.columns.lines import take_lines
from policies.engine.columns.population import IntArray, LineTable, Population


@dataclass(frozen=True, slots=True)
class Arranged:
    """The same claims item by item, those of an item by applicant, and those of an applicant in the order of filing.

    `population`: the claims as they stand here; each of its tables has the first lines of all claims first, then the
    further lines, both in the order of the claims. `filed`: the number in the order of filing of each claim, which is
    its place in the population that this one was made of; `lines` likewise of each table's lines. `begins`: the first
    claim of each table, and the number of all claims.
    """

    population: Population
    filed: IntArray
    lines: tuple[IntArray, ...]
    begins: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.filed)


def arranged(population: Population) -> Arranged:
    """The layout of a population in filing order, which is checked; PopulationError for one that cannot be read."""
    population.check()
    found = [_table(table, population.applicant) for table in population.tables]
    sizes = [len(claims) for claims, _, _ in found]
    begins = np.cumsum([0, *sizes])
    tables = tuple(
        replace(take_lines(table, lines), claim=(own + begin).astype(np.int32))
        for table, (_, lines, own), begin in zip(population.tables, found, begins[:-1].tolist(), strict=True)
    )
    nothing = np.zeros(0, dtype=np.int32)
    filed = np.concatenate([nothing, *(claims.astype(np.int32) for claims, _, _ in found)])
    return Arranged(
        population=population.of_claims(filed, tables),
        filed=filed,
        lines=tuple(lines.astype(np.int32) for _, lines, _ in found),
        begins=tuple(begins.tolist()),
    )


def _table(table: LineTable, applicant: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """A table's claims in their new order, its lines, and the claim of each line, counted from the table's first."""
    first = run_starts(table.claim)
    claims = pick(table.claim, first)
    order, _ = in_order_of(pick(applicant, claims))
    begins = np.zeros(len(table), dtype=np.bool_)
    begins[first] = True
    further = np.flatnonzero(~begins)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    later, own = in_order_of(pick(place, np.searchsorted(first, further, side="right") - 1))
    lines = np.concatenate((pick(first, order), pick(further, later)))
    return pick(claims, order), lines, np.concatenate((np.arange(len(order)), own))
