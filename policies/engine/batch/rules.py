"""A program compiled for columns: conditions, steps and limits of one item version under one set of settings."""

from dataclasses import dataclass

import numpy as np

from policies.engine.columns.conditions import Test, UnsupportedRuleError
from policies.engine.columns.context import ColumnContext, holds
from policies.engine.columns.lines import Lines
from policies.engine.columns.population import BoolArray, IntArray
from policies.engine.guards import chosen
from policies.engine.limits.money import MoneyLimit
from policies.engine.model import Content
from policies.engine.operations.base import ColumnStep
from policies.engine.program import Program

MISSING, NOT_IN_FORCE, NOTHING = "MISSING", "NOT_IN_FORCE", "NOTHING"


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
class SumLimit:
    """A sum that one bucket may not pass. `base` names the bucket in the ledger: a shared group, or the item."""

    limit: MoneyLimit
    base: str
    only: Test | None
    code: int

    @property
    def by_subject(self) -> bool:
        return self.limit.per == ("subject",)

    def caps(self, lines: Lines, rules: ColumnContext) -> IntArray | int:
        """The cap in fen of each line's bucket, were the line the first of it."""
        cap: IntArray | int = self.limit.fen
        ratio = self.limit.ratio
        if ratio is not None and self.only is not None:
            full = np.full(len(lines), self.limit.fen, dtype=np.int64)
            cap = np.where(holds(self.only, lines), rules.share(full, ratio), full)
        if self.by_subject and lines.table.count is not None:
            # No sum passes 2^60, so a cap above 2^62 binds as little as the true one.
            cap = cap * np.minimum(lines.count, 2**62 // max(self.limit.fen, 1))
        return cap


@dataclass(frozen=True, slots=True)
class ItemRules:
    """Everything a simulation needs of one item version under one set of settings.

    `bases`: the bucket of each ledger name that the rules ask about. `needs_ledger`: whether a step reads one.
    """

    program: Program
    rules: ColumnContext
    gates: tuple[Gate, ...]
    steps: tuple[ColumnStep, ...]
    limits: tuple[SumLimit, ...]
    bases: dict[str, str]
    needs_ledger: tuple[str, ...]

    def run_lines(self, lines: Lines, codes: Codes, paid: dict[str, IntArray]) -> None:
        """Version, conditions and steps of every line; `paid` is the ledger by name, for each line."""
        lines.paid = paid
        lines.refuse(~self.in_force(lines.day), codes[NOT_IN_FORCE])
        in_force = lines.reason < 0
        for gate in self.gates:
            self._pass(gate, lines, in_force)
        lines.running = lines.reason < 0
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
    sums = [spec for spec in item.limits if "yuan" in spec and chosen(spec, settings)]
    limits = tuple(
        SumLimit(
            limit, spec.get("group") or item.id, rules.only((spec.get("scale") or {}).get("only")), codes[limit.code]
        )
        for spec, limit in zip(sums, program.money_limits, strict=True)
    )
    reads = tuple(ledger for operation in program.operations for ledger in operation.ledgers)
    _check_subject(rules, program, [*specs, *conditions])
    return ItemRules(
        program=program,
        rules=rules,
        gates=tuple(
            Gate(rules.test(c["field"], c["test"]), rules.only(c.get("unless")), c["needed"], codes[c["code"]])
            for c in conditions
        ),
        steps=tuple(operation.compile_columns(rules) for operation in program.operations),
        limits=limits,
        bases=_bases(program, limits, reads),
        needs_ledger=reads,
    )


def _bases(program: Program, limits: tuple[SumLimit, ...], reads: tuple[str, ...]) -> dict[str, str]:
    """The bucket behind each ledger name, as a question's `paid` has one sum for each name."""
    item = program.item.id
    bases: dict[str, str] = {}
    groups: set[tuple[str, tuple[str, ...]]] = set()
    for rule in limits:
        limit = rule.limit
        if limit.ledger != limit.scope.ledger:
            raise UnsupportedRuleError(item, f"{limit.code} counts per {limit.per} in the ledger {limit.ledger}")
        if bases.setdefault(limit.ledger, rule.base) != rule.base:
            raise UnsupportedRuleError(item, f"{limit.code}: two groups share the ledger {limit.ledger}")
        if (limit.group, limit.per) in groups:
            raise UnsupportedRuleError(item, f"{limit.code}: two limits stand on one bucket")
        groups.add((limit.group, limit.per))
    if "project" in reads:
        raise UnsupportedRuleError(item, "a step takes off what each project had")
    for name in reads:
        bases.setdefault(name, item)
    if program.absorbs is not None:
        if program.absorbs.ledger in bases or program.absorbs.ledger != "lower_tier":
            raise UnsupportedRuleError(item, f"{program.absorbs.note.code} reads the ledger {program.absorbs.ledger}")
        bases["lower_tier"] = program.absorbs.item
    if program.set_off:
        bases.setdefault("other_policy", item)
    return bases


def _check_subject(rules: ColumnContext, program: Program, specs: list[Content]) -> None:
    """A subject is a number in a population: no rule may look at its words."""
    subject = program.item.subject
    if subject is None:
        return
    rules.need(subject, "text")
    for spec in specs:
        if subject in (
            spec.get("field"),
            (spec.get("unless") or {}).get("field"),
            (spec.get("only") or {}).get("field"),
        ):
            raise UnsupportedRuleError(program.item.id, f"a rule asks about the words of its subject {subject}")
