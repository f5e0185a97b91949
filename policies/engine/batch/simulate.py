"""Simulation: a catalogue and a population in, outcomes, sums and bucket use out.

What a claim gets depends on what earlier claims took. All are answered at once with the ledgers as they are known, the
ledgers are added up anew, and claims that find something else in them are answered again, until nothing changes. As
every answer depends on earlier claims only, the state that holds still is the one that working claim by claim would
reach, and there is no other.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from policies.engine.batch.gathered import Gathered
from policies.engine.batch.merge import merge_lines, merged_subjects
from policies.engine.batch.parts import are_apart, connected
from policies.engine.batch.result import Simulation
from policies.engine.batch.rules import Codes, ItemRules, compile_rules
from policies.engine.batch.run import Run
from policies.engine.catalogue import Catalogue
from policies.engine.columns.arithmetic import either, span
from policies.engine.columns.arranged import Arranged, Block, arranged
from policies.engine.columns.conditions import UnsupportedRuleError
from policies.engine.columns.keys import Keys
from policies.engine.columns.ledger import Ledger, SumLedger
from policies.engine.columns.lines import Lines, slice_lines, take_lines
from policies.engine.columns.population import SIZES, Column, IntArray, LineTable, Population, check_facts
from policies.engine.columns.shape import Shape, shape_of
from policies.engine.model import Item
from policies.engine.overlap import OTHER_POLICY, ledgers_of_other_policies
from policies.engine.question import read_settings
from policies.engine.regions import district_name
from policies.engine.schema import facts_of_applicant
from policies.engine.scopes import Scope

Progress = Callable[[int, int], None]


def simulate(
    catalogue: Catalogue,
    population: Population | Arranged,
    *,
    settings: Mapping[str, Any] | None = None,
    ledger: bool = True,
    progress: Progress | None = None,
) -> Simulation:
    """Answer every claim of a population as the scalar engine would, one after another in the order of filing.

    The answers come in the order of the population. One that is asked several times is arranged once, before.

    `settings`: chosen readings for all claims, as a question names them; a claim's own go before them. `ledger`: what
    earlier claims of the population took counts, besides what claims state as paid before; without it each is alone.
    `progress(done, total)` is called after each item and may raise to stop. Raises PopulationError for a population
    that cannot be read, QuestionError for unknown settings, KeyError for an item that the catalogue does not have, and
    UnsupportedRuleError where a rule cannot be followed to the fen.
    """
    laid_out = population if isinstance(population, Arranged) else arranged(population)
    simulation = _Simulation(catalogue, laid_out, dict(settings or {}), progress).work(ledger=ledger)
    return simulation if laid_out is population else simulation.as_filed(laid_out)


class _Simulation:
    def __init__(
        self, catalogue: Catalogue, laid_out: Arranged, settings: dict[str, Any], progress: Progress | None
    ) -> None:
        self.catalogue = catalogue
        self.laid_out = laid_out
        self.population = population = laid_out.population
        chosen = read_settings(catalogue, settings, "settings")
        # Under number 0 the readings of all claims, then those of the population's sets, which go before them.
        self.overrides = [chosen, *(chosen | self._known(own) for own in population.reading_sets)]
        self.codes = Codes()
        self.keys = Keys(laid_out)
        # Each run's lines as positions in its item's table.
        self.tables: dict[int, tuple[int, IntArray]] = {}
        self.answers = Gathered(population)
        self._compiled: dict[tuple[str, int], ItemRules] = {}
        self._progress = progress

    def _known(self, own: Mapping[str, Any]) -> dict[str, Any]:
        known = {name: value for name, value in own.items() if name in self.catalogue.settings}
        return read_settings(self.catalogue, known, "settings")

    def work(self, *, ledger: bool) -> Simulation:
        done = 0
        for numbers in self._together() if ledger else [[number] for number in range(len(self.population.tables))]:
            for blocks in self._parts(numbers, ledger=ledger):
                self._work_part(blocks, ledger=ledger)
                self._report(done)
            done += len(numbers)
            self._report(done)
        return self.answers.simulation(tuple(self.codes.names))

    def _report(self, done: int) -> None:
        if self._progress is not None:
            self._progress(done, len(self.population.tables))

    def _work_part(self, blocks: list[Block], *, ledger: bool) -> None:
        """Answer blocks of claims that share no bucket with any other."""
        self.tables.clear()
        runs = [run for block in blocks for run in self._read(block)]
        for run in runs:
            run.answer()
        self.answers.ask(run.answers.lines for run in runs)
        ledgers = ledgers_of(runs, self.keys) if ledger else []
        for members, shared in components(runs, ledgers):
            self.answers.rounds = max(self.answers.rounds, _settle(members, shared))
        for each in ledgers:
            each.conclude()
        for run in runs:
            self.answers.take(run, *self.tables[id(run)])
        self.answers.uses(use for each in ledgers for use in each.uses())
        self.keys.forget()

    # ---- reading -------------------------------------------------------------------------------------

    def _compiled_of(self, number: int) -> list[ItemRules]:
        """The rules of all versions of a table's item, under all readings in which claims are asked."""
        begin, end = self.laid_out.begins[number : number + 2]
        readings = self.population.readings
        used = [0] if readings is None else (np.unique(readings[begin:end]) + 1).tolist()
        versions = self.catalogue.items[self.population.tables[number].item]
        return [self._rules(item, own) for item in versions for own in used]

    def _together(self) -> list[list[int]]:
        """The tables whose claims may take from the same buckets, or look at what the others took."""
        tables = self.population.tables
        compiled = [self._compiled_of(number) for number in range(len(tables))]
        any_reads_others = any(OTHER_POLICY in rules.bases for own in compiled for rules in own)
        named = []
        for table, own in zip(tables, compiled, strict=True):
            names = {table.item}.union(*(rules.bucket_names for rules in own))
            named.append(names | {OTHER_POLICY} if any_reads_others and table.subject is not None else names)
        return connected(named)

    def _parts(self, numbers: list[int], *, ledger: bool) -> Iterable[list[Block]]:
        """The blocks of some tables, those together that may share a bucket."""
        blocks = [block for number in numbers for block in self.laid_out.blocks[number]]
        scopes = {scope for number in numbers for rules in self._compiled_of(number) for scope in rules.bucket_scopes}
        if not ledger or (len(numbers) == 1 and are_apart(self.population, blocks, scopes)):
            return ([block] for block in blocks)
        return [blocks]

    def _read(self, block: Block) -> Iterable[Run]:
        """The runs of a block: one for each version and readings under which claims are asked."""
        table = self.population.tables[block.table]
        versions = self.catalogue.items[table.item]
        _check_types(versions)
        lines = slice_lines(table, block.lines.start, block.lines.stop)
        where = np.arange(block.lines.start, block.lines.stop)
        claims = np.arange(block.claims.start, block.claims.stop)
        if len(versions) == 1 and self.population.readings is None:
            yield self._run(block.table, lines, claims, versions[0], where)
            return
        chosen = self._rules_of(versions, claims)
        per_line = chosen[lines.claim - block.claims.start]
        for value in np.unique(chosen).tolist():
            readings, index = divmod(value, len(versions))
            at = np.flatnonzero(per_line == value)
            own, mine = take_lines(lines, at), claims[chosen == value]
            yield self._run(block.table, own, mine, versions[index], where[at], readings=readings)

    def _rules_of(self, versions: list[Item], claims: IntArray) -> IntArray:
        """The version and the readings of each claim, as one number."""
        day, readings = self.population.on[claims], self.population.readings
        if readings is None:
            return self._versions_on(versions, day)
        own = readings[claims].astype(np.int64) + 1
        found = own * len(versions)
        for value in np.unique(own).tolist():
            at = own == value
            found[at] += self._versions_on(versions, day[at], value)
        return found

    def _versions_on(self, versions: list[Item], day: IntArray, readings: int = 0) -> IntArray:
        """Which version each day belongs to: the last that had begun, or else the first; as `program_for`."""
        nearest = np.zeros(len(day), dtype=np.int64)
        for index, item in enumerate(versions):
            start = self._rules(item, readings).program.effective_from
            if start is not None:
                nearest[start.toordinal() <= day] = index
        return nearest

    def _rules(self, item: Item, readings: int) -> ItemRules:
        found = self._compiled.get((item.hash, readings))
        if found is None:
            found = compile_rules(self.catalogue.program(item, self.overrides[readings]), self.codes)
            self._compiled[item.hash, readings] = found
        return found

    def _run(
        self, number: int, table: LineTable, claims: IntArray, item: Item, where: IntArray, *, readings: int = 0
    ) -> Run:
        population, rules = self.population, self._rules(item, readings)
        asked = {fact.name: fact.type for fact in item.facts if fact.scope == "line"}
        table = LineTable(
            item=table.item,
            claim=table.claim,
            count=table.count,
            subject=table.subject if item.subject in asked else None,
            paid=table.paid,
            times=table.times,
            columns={name: column for name, column in table.columns.items() if name in asked},
            rows={name: rows for name, rows in table.rows.items() if name in asked},
        )
        check_facts(table, asked)
        shape = shape_of(table.claim, claims)
        positions, merged = where, None
        if rules.program.aggregate and not shape.single:
            positions, merged = where[: len(claims)], merged_subjects(table, shape)
            table = merge_lines(table, shape, asked)
            shape = shape_of(claims, claims)
        whole = span(claims)
        table = self._with_applicants(table, item, whole, shape)
        filed = shape.spread(population.on[whole])
        day = _days(table, item, filed)
        lines = Lines(table, day=day, filed=filed, kind=shape.spread(population.kind[whole]), assume=population.assume)
        run = Run(
            population,
            rules,
            lines,
            claims=claims,
            shape=shape,
            versions=self._line_versions(item, day, readings),
            siblings=[self._rules(version, readings) for version in self.catalogue.items[item.id]],
            codes=self.codes,
            merged=merged,
        )
        self.tables[id(run)] = (number, positions)
        return run

    def _with_applicants(self, table: LineTable, item: Item, whole: IntArray | slice, shape: Shape) -> LineTable:
        """The table with what rules of any version ask about the applicants themselves."""
        population, columns = self.population, dict(table.columns)
        named = {name for one in self.catalogue.items[item.id] for name in facts_of_applicant(one.content)}
        if "applicant_size" in named and population.size is not None:
            size = shape.spread(population.size[whole])
            columns["applicant_size"] = Column(size, size > 0, words=SIZES)
        if "applicant_region" in named:
            region = shape.spread(population.region[whole])
            columns["applicant_region"] = Column(
                np.maximum(region, 0), region >= 0, words=[*map(district_name, population.regions)]
            )
        return replace(table, columns=columns)

    def _line_versions(self, item: Item, day: IntArray, readings: int) -> list[tuple[ItemRules, IntArray]]:
        """Each version that answers lines of other days than their claim's, with its lines; none for a lone version."""
        versions = self.catalogue.items[item.id]
        if len(versions) == 1:
            return []
        chosen = self._versions_on(versions, day, readings)
        return [
            (self._rules(version, readings), where)
            for index, version in enumerate(versions)
            if len(where := np.flatnonzero(chosen == index))
        ]


def _days(table: LineTable, item: Item, on: IntArray) -> IntArray:
    """The day of each line: the item's own date where it states one, the claim's day elsewhere."""
    column = table.columns.get(item.as_of) if item.as_of else None
    if column is None:
        return on
    return column.values if column.present is None else either(column.present, column.values, on)


def _check_types(versions: list[Item]) -> None:
    types: dict[str, str] = {}
    for item in versions:
        for fact in item.facts:
            if types.setdefault(fact.name, fact.type) != fact.type:
                raise UnsupportedRuleError(item.id, f"{fact.name} is of another type in another version")


def ledgers_of(runs: list[Run], keys: Keys) -> list[Ledger]:
    """All ledgers that any run's rules ask about."""
    names: dict[tuple[Scope, str], dict[str, None]] = {}
    members: dict[tuple[Scope, str], set[int]] = {}
    by_item: dict[str, list[int]] = {}
    for place, run in enumerate(runs):
        by_item.setdefault(run.item.id, []).append(place)
        for name, (scope, base) in run.bases.items():
            if scope is not None:
                names.setdefault((scope, base), {})[name] = None
                members.setdefault((scope, base), set()).add(place)
    rolling = [base for scope, base in members if scope.is_rolling]
    if len(set(rolling)) < len(rolling):
        raise UnsupportedRuleError(rolling[0], "the last years are counted in two ways")
    sums = [
        SumLedger(
            list(names[bucket]), *bucket, [runs[place] for place in sorted(own.union(by_item.get(bucket[1], ())))], keys
        )
        for bucket, own in sorted(members.items(), key=lambda pair: (pair[0][0].per, pair[0][1]))
    ]
    kinds = dict.fromkeys(limit.columns for run in runs for limit in run.program.limits)
    counts = [ledger for columns in kinds for ledger in columns.ledgers(runs, keys)]
    return [*counts, *sums, *ledgers_of_other_policies(runs, keys)]


def _settle(runs: list[Run], ledgers: list[Ledger]) -> int:
    """Work runs that share ledgers until their answers stand; returns in how many rounds.

    A ledger finds what the one before it changed already answered: what a claim takes from a sum matters little once
    the number of its applicant's times refuses it.
    """
    rounds = 0
    while any(ledger.unseen for ledger in ledgers) or not rounds:
        for ledger in ledgers:
            ledger.propagate()
            for run in runs:
                if run.is_stale:
                    claims = run.answer_again()
                    for other in ledgers:
                        other.look_again(run, claims)
        rounds += 1
    return rounds


def components(runs: list[Run], ledgers: list[Ledger]) -> list[tuple[list[Run], list[Ledger]]]:
    """Runs that depend on each other through a shared bucket, together with these ledgers; the others alone."""
    root = {id(run): id(run) for run in runs}

    def find(key: int) -> int:
        while root[key] != key:
            root[key] = root[root[key]]
            key = root[key]
        return key

    shared = [ledger for ledger in ledgers if ledger.is_asked]
    for ledger in shared:
        first = find(id(ledger.runs[0]))
        for run in ledger.runs[1:]:
            root[find(id(run))] = first
    found: dict[int, tuple[list[Run], list[Ledger]]] = {}
    for run in runs:
        found.setdefault(find(id(run)), ([], []))[0].append(run)
    for ledger in shared:
        found[find(id(ledger.runs[0]))][1].append(ledger)
    return list(found.values())
