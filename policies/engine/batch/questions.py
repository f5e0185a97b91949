"""Claims of a population as questions of the scalar engine, for those who compare or want to look at one."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np

from policies.engine.catalogue import Catalogue
from policies.engine.columns.arithmetic import run_starts
from policies.engine.columns.population import KINDS, SIZES, Column, LineTable, Population, PopulationError, Rows
from policies.engine.money import yuan_plain
from policies.engine.terms import LEDGERS


def questions(catalogue: Catalogue, population: Population) -> Iterator[dict[str, Any]]:
    """The same claims in filing order, as JSON contracts; what the population's ledgers would add is not in them."""
    readers = [_Table(catalogue, table) for table in population.tables]
    for claim in range(len(population)):
        table = readers[int(population.item[claim])]
        question: dict[str, Any] = {
            "item": table.item,
            "on": _day(population.on[claim]),
            "applicant": {"kind": KINDS[int(population.kind[claim])]},
        }
        region = int(population.region[claim])
        if region >= 0:
            question["applicant"]["region"] = population.regions[region]
        if population.size is not None and population.size[claim] > 0:
            question["applicant"]["size"] = SIZES[int(population.size[claim])]
        lines, had, often = table.next_lines()
        question["lines"] = lines
        _add_ledger(question, population, claim, had)
        _add_times(question, population, claim, often)
        if population.year is not None:
            question["year"] = int(population.year[claim])
        if population.unmet is not None and population.unmet[claim] >= 0:
            question["unmet"] = list(population.unmet_sets[int(population.unmet[claim])])
        if population.readings is not None and population.readings[claim] >= 0:
            question["settings"] = dict(population.reading_sets[int(population.readings[claim])])
        if population.assume:
            question["assume"] = "met"
        yield question


def _add_ledger(
    question: dict[str, Any], population: Population, claim: int, by_subject: Mapping[str, dict[str, str]]
) -> None:
    whole = {name: sums for name, sums in population.paid.items() if name not in by_subject}
    paid: dict[str, Any] = {name: yuan_plain(int(sums[claim])) for name, sums in whole.items() if sums[claim]}
    paid |= {name: sums for name, sums in by_subject.items() if sums}
    if population.once_group is not None and population.once_group[claim]:
        paid["once_group"] = True
    if paid:
        question["paid"] = paid
    if population.rank is not None and population.rank[claim]:
        question["rank"] = int(population.rank[claim])
    if population.ranked is not None and population.ranked[claim]:
        question["ranked"] = int(population.ranked[claim])


def _add_times(
    question: dict[str, Any], population: Population, claim: int, by_subject: Mapping[str, dict[str, int]]
) -> None:
    times: dict[str, Any] = {name: int(of[claim]) for name, of in population.times_before.items() if of[claim]}
    every = times.pop("", 0)
    if times or by_subject:
        # Beside ledgers that are named, a number for all others is written for each.
        question["times_before"] = {**(dict.fromkeys(LEDGERS, every) if every else {}), **times, **by_subject}
    elif every:
        question["times_before"] = every


def _day(number: Any) -> str:
    return date.fromordinal(int(number)).isoformat()


class _Table:
    """Reads a table line by line; claims are asked for in their order."""

    def __init__(self, catalogue: Catalogue, table: LineTable) -> None:
        item = catalogue.items[table.item][0]
        self.item = table.item
        self.table = table
        self.subject = item.subject
        self.types = {fact.name: fact.type for version in catalogue.items[table.item] for fact in version.facts}
        self.ends = iter(np.append(run_starts(table.claim)[1:], len(table)).tolist())
        self.at = 0

    def next_lines(self) -> tuple[list[dict[str, Any]], dict[str, dict[str, str]], dict[str, dict[str, int]]]:
        """The next claim's lines, and by ledger what their subjects had from the item before, and how often."""
        begin, self.at = self.at, next(self.ends)
        lines: list[dict[str, Any]] = []
        had: dict[str, dict[str, str]] = {name: {} for name in self.table.paid}
        often: dict[str, dict[str, int]] = {name: {} for name in self.table.times}
        for number, line in enumerate(range(begin, self.at), start=1):
            facts = self._facts(line)
            lines.append(facts)
            unnamed = f"{self.item}#{number}"
            subject = facts.get(self.subject, unnamed) if self.subject else unnamed
            for name, fen in self.table.paid.items():
                if fen[line]:
                    had[name][subject] = yuan_plain(int(fen[line]))
            for name, times in self.table.times.items():
                often[name][subject] = int(times[line])
        return lines, had, often

    def _facts(self, line: int) -> dict[str, Any]:
        table = self.table
        facts: dict[str, Any] = {}
        if table.count is not None:
            facts["count"] = int(table.count[line])
        if self.subject and table.subject is not None and table.subject[line] >= 0:
            facts[self.subject] = str(int(table.subject[line]))
        for name, column in table.columns.items():
            if column.present is None or column.present[line]:
                facts[name] = _value(column, self.types[name], line)
        for name, rows in table.rows.items():
            if rows.present is None or rows.present[line]:
                facts[name] = _rows(rows, line)
        return facts


def _value(column: Column, kind: str, line: int) -> Any:
    value = int(column.values[line])
    if column.lists is not None and column.lists.given[line]:
        begin, end = column.lists.starts[line : line + 2]
        return [column.words[int(code)] for code in column.lists.codes[begin:end]]
    if kind in ("choice", "text") or (column.spoken is not None and column.spoken[line]):
        return column.words[value]
    if kind == "money":
        return yuan_plain(value)
    if kind == "date":
        return _day(value)
    if kind == "boolean":
        return bool(value)
    return _decimal(value, column.scale) if kind == "number" else value


def _decimal(value: int, scale: int) -> str:
    """A scaled number as a decimal string; the scale has to be a power of ten for that."""
    digits = len(str(scale)) - 1
    if scale != 10**digits:
        raise PopulationError(f"numbers scaled by {scale} have no decimal form")
    whole, rest = divmod(abs(value), scale)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{rest:0{digits}d}" if digits else f"{sign}{whole}"


def _rows(rows: Rows, line: int) -> list[dict[str, str]]:
    begin, end = rows.starts[line : line + 2]
    found = []
    for row in range(int(begin), int(end)):
        given = {"amount": yuan_plain(int(rows.amount[row]))}
        if rows.paid_on[row]:
            given["paid_on"] = _day(rows.paid_on[row])
        found.append(given)
    return found
