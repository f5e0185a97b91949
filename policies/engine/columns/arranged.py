"""A population laid out for simulating: what limits look at together stands together in memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from policies.engine.columns.arithmetic import in_order_of, pick, run_starts
from policies.engine.columns.lines import take_lines
from policies.engine.columns.population import IntArray, LineTable, Population

# Claims that are worked at a time: columns of so many stay near the processor and need no fresh memory.
BLOCK = 2**17


@dataclass(frozen=True, slots=True)
class Block:
    """Claims of a table that are worked at a time, by their places in the population; their lines by those in it."""

    table: int
    claims: slice
    lines: slice


@dataclass(frozen=True, slots=True)
class Arranged:
    """The same claims item by item, those of an item by applicant, and those of an applicant in the order of filing.

    `population`: the claims as they stand here, each table in `blocks` of about `BLOCK` claims with all claims of their
    applicants; a block has the first lines of all its claims first, then the further lines, both in the order of the
    claims. `filed`: the number in the order of filing of each claim, which is its place in the population that this one
    was made of; `lines` likewise of each table's lines. `begins`: the first claim of each table, and the number of all
    claims.
    """

    population: Population
    filed: IntArray
    lines: tuple[IntArray, ...]
    begins: tuple[int, ...]
    blocks: tuple[tuple[Block, ...], ...]

    def __len__(self) -> int:
        return len(self.filed)


def arranged(population: Population) -> Arranged:
    """The layout of a population in filing order, which is checked; PopulationError for one that cannot be read."""
    population.check()
    found = [_table(table, population.applicant) for table in population.tables]
    begins = np.cumsum([0, *(len(table.claims) for table in found)]).tolist()
    tables = tuple(
        replace(take_lines(table, own.lines), claim=(own.owners + begin).astype(np.int32))
        for table, own, begin in zip(population.tables, found, begins[:-1], strict=True)
    )
    nothing = np.zeros(0, dtype=np.int32)
    filed = np.concatenate([nothing, *(table.claims.astype(np.int32) for table in found)])
    return Arranged(
        population=population.of_claims(filed, tables),
        filed=filed,
        lines=tuple(table.lines.astype(np.int32) for table in found),
        begins=tuple(begins),
        blocks=tuple(
            tuple(
                Block(number, slice(first + begin, last + begin), slice(since, until))
                for (first, last), (since, until) in zip(pairwise(own.claim_cuts), pairwise(own.line_cuts), strict=True)
            )
            for number, (own, begin) in enumerate(zip(found, begins[:-1], strict=True))
        ),
    )


class _Table(NamedTuple):
    """A table's claims in their new order and its lines in theirs, by where they stood.

    `owners`: the claim of each line, counted from the table's first; `claim_cuts`, `line_cuts`: where blocks begin and
    the last one ends.
    """

    claims: IntArray
    lines: IntArray
    owners: IntArray
    claim_cuts: list[int]
    line_cuts: list[int]


def _table(table: LineTable, applicant: IntArray) -> _Table:
    first = run_starts(table.claim)
    claims = pick(table.claim, first)
    order, applicants = in_order_of(pick(applicant, claims))
    begins = np.zeros(len(table), dtype=np.bool_)
    begins[first] = True
    further = np.flatnonzero(~begins)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    later, owners = in_order_of(pick(place, np.searchsorted(first, further, side="right") - 1))
    firsts, furthers = pick(first, order), pick(further, later)
    claim_cuts = _cuts(applicants)
    further_cuts = np.searchsorted(owners, claim_cuts).tolist()
    places = list(zip(pairwise(claim_cuts), pairwise(further_cuts), strict=True))
    nothing = np.zeros(0, dtype=np.int64)
    return _Table(
        pick(claims, order),
        np.concatenate([nothing, *(p for (a, b), (c, d) in places for p in (firsts[a:b], furthers[c:d]))]),
        np.concatenate([nothing, *(p for (a, b), (c, d) in places for p in (np.arange(a, b), owners[c:d]))]),
        claim_cuts,
        [claim + line for claim, line in zip(claim_cuts, further_cuts, strict=True)],
    )


def _cuts(applicants: IntArray) -> list[int]:
    """Where blocks begin among claims in the order of their applicants, none of which is divided; and the end."""
    cuts, end = [0], len(applicants)
    while cuts[-1] < end:
        last = min(cuts[-1] + BLOCK, end)
        cuts.append(last + int(np.searchsorted(applicants[last:], applicants[last - 1], side="right")))
    return cuts
