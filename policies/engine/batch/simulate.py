"""Simulation: a catalogue and a population in, outcomes, sums and bucket use out.

What a claim gets depends on what earlier claims took. All are answered at once with the ledgers as they are known, the
ledgers are added up anew, and claims that find something else in them are answered again, until nothing changes. As
every answer depends on earlier claims only, the state that holds still is the one that working claim by claim would
reach, and there is no other.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from policies.engine.batch.merge import merge_lines, merged_subjects
from policies.engine.batch.result import OUTCOME_INDEX, Simulation
from policies.engine.batch.rules import Codes, ItemRules, compile_rules
from policies.engine.batch.run import Run
from policies.engine.catalogue import Catalogue
from policies.engine.columns.arithmetic import checked_totals, either, run_starts, span
from policies.engine.columns.conditions import UnsupportedRuleError
from policies.engine.columns.keys import Keys
from policies.engine.columns.ledger import BucketUse, Ledger, QuotaUse, SumLedger
from policies.engine.columns.lines import NONE, Lines, slice_lines, take_lines
from policies.engine.columns.population import SIZES, Column, IntArray, LineTable, Population, check_facts
from policies.engine.columns.shape import Shape, shape_of
from policies.engine.model import Item
from policies.engine.overlap import ledgers_of_other_policies
from policies.engine.question import read_settings
from policies.engine.schema import facts_of_applicant
from policies.engine.terms import Outcome

if TYPE_CHECKING:
    from policies.engine.scopes import Scope

Progress = Callable[[int, int], None]
# Claims that are worked at a time: columns of so many stay near the processor and need no fresh memory.
BLOCK = 2**16


def simulate(
    catalogue: Catalogue,
    population: Population,
    *,
    settings: Mapping[str, Any] | None = None,
    ledger: bool = True,
    progress: Progress | None = None,
) -> Simulation:
    """Answer every claim of a population, in filing order, as the scalar engine would.

    `settings`: chosen readings for all claims, as a question names them; a claim's own go before them. `ledger`: what
    earlier claims of the population took counts, besides what claims state as paid before; without it each is alone.
    `progress(done, total)` is called after each item and may raise to stop. Raises PopulationError for a population
    that cannot be read, QuestionError for unknown settings, KeyError for an item that the catalogue does not have, and
    UnsupportedRuleError where a rule cannot be followed to the fen.
    """
    population.check()
    return _Simulation(catalogue, population, dict(settings or {}), progress).work(ledger=ledger)


class _Simulation:
    def __init__(
        self, catalogue: Catalogue, population: Population, settings: dict[str, Any], progress: Progress | None
    ) -> None:
        self.catalogue = catalogue
        self.population = population
        chosen = read_settings(catalogue, settings, "settings")
        # Under number 0 the readings of all claims, then those of the population's sets, which go before them.
        self.overrides = [chosen, *(chosen | self._known(own) for own in population.reading_sets)]
        self.codes = Codes()
        self.keys = Keys(population)
        self.runs: list[Run] = []
        # Each run's lines as positions in its item's table.
        self.tables: dict[int, tuple[int, IntArray]] = {}
        self._compiled: dict[tuple[str, int], ItemRules] = {}
        self._progress = progress
        self._open: set[int] = set()

    def _known(self, own: Mapping[str, Any]) -> dict[str, Any]:
        known = {name: value for name, value in own.items() if name in self.catalogue.settings}
        return read_settings(self.catalogue, known, "settings")

    def work(self, *, ledger: bool) -> Simulation:
        for number, table in enumerate(self.population.tables):
            for run in self._read(number, table):
                run.answer()
        checked_totals(run.answers.lines for run in self.runs)
        ledgers = ledgers_of(self.runs, self.keys) if ledger else []
        self._open = {id(run) for run in self.runs}
        rounds = 1
        for runs, shared in components(self.runs, ledgers):
            rounds = max(rounds, _settle(runs, shared))
            self._report(runs)
        for each in ledgers:
            each.conclude()
        return self._conclude(ledgers, rounds)

    def _report(self, runs: Iterable[Run]) -> None:
        for run in runs:
            self._open.discard(id(run))
        if self._progress is not None:
            waiting = {self.tables[run][0] for run in self._open}
            self._progress(len(self.population.tables) - len(waiting), len(self.population.tables))

    # ---- reading -------------------------------------------------------------------------------------

    def _read(self, number: int, table: LineTable) -> Iterable[Run]:
        """The runs of a table: one for each version and readings under which claims are asked, block by block."""
        versions = self.catalogue.items[table.item]
        _check_types(versions)
        first = run_starts(table.claim)
        for begin in range(0, len(first), BLOCK):
            claims = table.claim[first[begin : begin + BLOCK]]
            lines = int(first[begin]), int(first[begin + BLOCK]) if begin + BLOCK < len(first) else len(table)
            block = slice_lines(table, *lines)
            if len(versions) == 1 and self.population.readings is None:
                yield self._run(number, block, claims, versions[0], np.arange(*lines))
                continue
            chosen = self._rules_of(versions, claims)
            per_line = chosen[np.searchsorted(claims, block.claim)]
            for value in np.unique(chosen).tolist():
                readings, index = divmod(value, len(versions))
                where = np.flatnonzero(per_line == value)
                own = take_lines(block, where)
                mine = claims[chosen == value]
                yield self._run(number, own, mine, versions[index], where + lines[0], readings=readings)

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
            project_paid=table.project_paid,
            columns={name: column for name, column in table.columns.items() if name in asked},
            rows={name: rows for name, rows in table.rows.items() if name in asked},
        )
        check_facts(table, asked)
        shape = shape_of(table.claim, claims)
        positions, merged = where, None
        if rules.program.aggregate and not shape.single:
            positions, merged = where[shape.first], merged_subjects(table, shape)
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
        self.runs.append(run)
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
            columns["applicant_region"] = Column(np.maximum(region, 0), region >= 0, words=population.regions)
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

    # ---- the answer ----------------------------------------------------------------------------------

    def _conclude(self, ledgers: list[Ledger], rounds: int) -> Simulation:
        size = len(self.population)
        outcome = np.zeros(size, dtype=np.int8)
        reason = np.full(size, NONE, dtype=np.int16)
        amount, city, district = (np.zeros(size, dtype=np.int64) for _ in range(3))
        divided = np.zeros(size, dtype=np.bool_)
        lines = [np.zeros(len(table), dtype=np.int64) for table in self.population.tables]
        for run in self.runs:
            answer, claims = run.answers, run.span
            outcome[claims], reason[claims], amount[claims] = answer.outcome, answer.reason, answer.amount
            number, where = self.tables[id(run)]
            lines[number][span(where)] = answer.lines
            split = run.program.split
            if split is not None:
                city[claims], district[claims] = split.columns(answer.amount)
                divided[claims] = True
        uses = [use for ledger in ledgers for use in ledger.uses()]
        settled = (outcome == OUTCOME_INDEX[Outcome.PAYABLE]) | (outcome == OUTCOME_INDEX[Outcome.REFUSED])
        return Simulation(
            outcome=outcome,
            amount=amount,
            city=city,
            district=district,
            divided=divided & settled,
            reason=reason,
            reason_codes=tuple(self.codes.names),
            line_amounts=tuple(lines),
            buckets=tuple(use for use in uses if isinstance(use, BucketUse)),
            quotas=tuple(use for use in uses if isinstance(use, QuotaUse)),
            rounds=rounds,
        )


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

    shared = [ledger for ledger in ledgers if ledger.buckets.shared]
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
