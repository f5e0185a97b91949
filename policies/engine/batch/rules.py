"""A program compiled for columns: conditions, steps and limits of one item version under one set of settings."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from policies.engine.columns.conditions import Test, UnsupportedRuleError
from policies.engine.columns.context import ColumnContext, holds
from policies.engine.columns.lines import Lines
from policies.engine.columns.population import BoolArray, IntArray
from policies.engine.guards import chosen
from policies.engine.model import Content
from policies.engine.operations.base import ColumnStep, Role
from policies.engine.program import Program
from policies.engine.scopes import OF_SUBJECTS, SCOPES, Scope

MISSING, NOT_IN_FORCE, NOTHING = "MISSING", "NOT_IN_FORCE", "NOTHING"
# By the name of a ledger its scope and base.
Bases = dict[str, tuple[Scope | None, str]]


class Codes:
    """Numbers for reason codes, in the order in which they are first asked for."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __getitem__(self, name: str) -> int:
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name)


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition that tests a fact."""

    test: Test
    unless: Test | None
    needed: bool
    code: int


@dataclass(frozen=True, slots=True)
class ItemRules:
    """Everything a simulation needs of one item version under one set of settings.

    `limits`: what the column step of each limit needs, by the limit's id(). `bases`: the bucket of sums behind each
    ledger name that the rules ask about, None for what is no such bucket. `needs_ledger`: whether a step reads one.
    """

    program: Program
    rules: ColumnContext
    gates: tuple[Gate, ...]
    derivations: tuple[ColumnStep, ...]
    steps: tuple[ColumnStep, ...]
    limits: dict[int, Any]
    bases: Bases
    needs_ledger: bool

    @property
    def bucket_names(self) -> set[str]:
        """What its buckets are named by: two items that have a name in common may take from one."""
        return {base for _, base in self.bases.values()} | {limit.base for limit in self.program.limits}

    @property
    def bucket_scopes(self) -> set[Scope]:
        """What its buckets are counted over."""
        entered = {limit.scope for limit in self.program.limits if limit.is_entered}
        return entered | {scope for scope, _ in self.bases.values() if scope is not None}

    def run_lines(self, lines: Lines, codes: Codes, paid: dict[str, IntArray]) -> None:
        """Version, conditions and steps of every line; `paid` is the ledger by name, for each line."""
        lines.paid = paid
        lines.refuse(~self.in_force(lines.day), codes[NOT_IN_FORCE])
        in_force = lines.running = lines.reason < 0
        for derive in self.derivations:
            derive(lines)
        if self.derivations:
            in_force = lines.running
        for gate in self.gates:
            self._pass(gate, lines, in_force)
        lines.running = in_force & (lines.reason < 0)
        for step in self.steps:
            step(lines)

    def in_force(self, day: IntArray) -> BoolArray:
        """Whether the version is in force on each day; a target is measured on any day."""
        program = self.program
        if program.item.kind == "target":
            return np.ones(len(day), dtype=np.bool_)
        if program.effective_from is None:
            return np.zeros(len(day), dtype=np.bool_)
        since: BoolArray = day >= program.effective_from.toordinal()
        if program.effective_to is not None:
            since &= day < program.effective_to.toordinal()
        return since

    @staticmethod
    def _pass(gate: Gate, lines: Lines, asked: BoolArray) -> None:
        verdict, known = gate.test(lines)
        passed = verdict if known is None else verdict & known
        if gate.unless is not None:
            passed = passed | holds(gate.unless, lines)
        stopped = asked & ~passed
        lines.refuse(stopped if known is None else stopped & known, gate.code)
        if known is not None and gate.needed and not lines.assume:
            lines.missing |= stopped & ~known


def compile_rules(program: Program, codes: Codes) -> ItemRules:
    """Compile one program; UnsupportedRuleError for what columns cannot follow to the fen."""
    rules = ColumnContext(program)
    item, settings = program.item, program.settings
    specs = [spec for spec in item.steps if chosen(spec, settings)]
    conditions = [c for c in item.content["conditions"] if c["test"] and chosen(c, settings) and not c["priority"]]
    reads = tuple(ledger for operation in program.operations for ledger in operation.ledgers)
    _check_subject(rules, program, [*specs, *conditions])
    return ItemRules(
        program=program,
        rules=rules,
        gates=tuple(
            Gate(rules.test(c["field"], c["test"]), rules.only(c.get("unless")), c["needed"], codes[c["code"]])
            for c in conditions
        ),
        derivations=tuple(one.framed_columns(rules) for one in program.operations if one.role is Role.DERIVES),
        steps=tuple(one.framed_columns(rules) for one in program.operations if one.role is not Role.DERIVES),
        limits={id(limit): limit.compile_columns(rules) for limit in program.limits},
        bases=_bases(program, reads),
        needs_ledger=bool(reads),
    )


def _bases(program: Program, reads: tuple[str, ...]) -> Bases:
    """The bucket behind each ledger name, as a question's `paid` has one sum for each name."""
    item = program.item.id
    if not {*OF_SUBJECTS}.isdisjoint(reads):
        raise UnsupportedRuleError(item, "a step takes off what each project had")
    asked = [(limit.code, found) for limit in program.limits if (found := limit.reads(item)) is not None]
    scopes = {scope.ledger: scope for scope in SCOPES.values() if not scope.is_rolling}
    bases: Bases = {}
    for code, (name, scope, base) in (*asked, *(("", (name, scopes.get(name), item)) for name in reads)):
        if bases.setdefault(name, (scope, base)) != (scope, base) and code:
            raise UnsupportedRuleError(item, f"{code}: two groups share the ledger {name}")
    return bases


def _check_subject(rules: ColumnContext, program: Program, specs: list[Content]) -> None:
    """A subject is a number in a population: no rule may look at its words."""
    subject = program.item.subject
    if subject is None:
        return
    rules.need(subject, "text")
    tests = [test for operation in program.operations for _, test in operation.tests()]
    for spec in (*specs, *tests):
        if subject in (spec.get("field"), (spec.get("unless") or {}).get("field")):
            raise UnsupportedRuleError(program.item.id, f"a rule asks about the words of its subject {subject}")
