"""The claims of a population under one version of an item: read once, answered as often as the ledgers change."""

import copy
from functools import lru_cache
from typing import Any, Self

import numpy as np

from policies.engine.batch.answers import Answers, Work
from policies.engine.batch.result import OUTCOME_INDEX
from policies.engine.batch.rules import Codes, ItemRules
from policies.engine.columns.arithmetic import among, in_order_of, pick, put_where, run_starts, span, sums_before
from policies.engine.columns.ledger import Bounds
from policies.engine.columns.lines import NONE, Lines
from policies.engine.columns.population import KINDS, BoolArray, IntArray, Population
from policies.engine.columns.shape import Shape
from policies.engine.interpret import names_priority
from policies.engine.limits.base import CompiledLimit, LimitColumns
from policies.engine.regions import covers
from policies.engine.scopes import Scope
from policies.engine.terms import Outcome


class Run:
    """Claims `claims` (their places in the population, ascending) of one item and version, with their lines.

    `versions`: those that answer lines of other days, with these lines; `siblings`: all versions of the item. `merged`:
    where lines were counted together, every line with a subject that one of them named, by line; else None.
    """

    answers: Answers

    def __init__(
        self,
        population: Population,
        rules: ItemRules,
        lines: Lines,
        *,
        claims: IntArray,
        shape: Shape,
        versions: list[tuple[ItemRules, IntArray]],
        siblings: list[ItemRules],
        codes: Codes,
        merged: tuple[IntArray, IntArray] | None = None,
    ) -> None:
        self.population = population
        self.rules = rules
        self.program = rules.program
        self.item = rules.program.item
        self.lines = lines
        self.claims = claims
        # The same for reading columns of the population.
        self.span = span(claims)
        self.shape = shape
        self.codes = codes
        self.versions = versions
        self.merged = merged
        # What any version of the item reads is shown to all; the claims' own version decides which bucket that is.
        self.bases = {name: base for version in [*siblings, rules] for name, base in version.bases.items()}
        # What claims (or lines) find taken by earlier claims, by the name under which a ledger shows it.
        self.found: dict[str, IntArray] = {}
        # Claims to answer again, as the ledgers show them something else than when they were answered.
        self.stale = np.zeros(len(claims), dtype=np.bool_)
        self.is_stale = False
        self.limits = [limit for version in siblings for limit in version.program.limits]
        self.subject = lines.table.subject
        self.standing = self._standing_reasons()
        self.subjects_in_claim: IntArray | None = None
        # By ledger what its limits of sums make of what claims find taken.
        self.bounds: dict[str, Bounds] = {}
        # By id() of a ledger the claims that get nothing, as they find so much in it.
        self.closed: dict[int, BoolArray] = {}
        self.needs_ledger = rules.needs_ledger or any(version.needs_ledger for version, _ in versions)
        self._run_steps()
        self.columns = self._columns()
        if not self.needs_ledger:
            self.lines.let_go_of_facts()

    def __len__(self) -> int:
        return len(self.claims)

    def _columns(self) -> list[LimitColumns]:
        """What the limits do, those of a class together: of the claims' own version, or of that of the lines."""
        found: dict[type[LimitColumns], list[tuple[CompiledLimit, IntArray | None]]] = {}
        of_lines: list[tuple[ItemRules, IntArray | None]] = list(self.versions) or [(self.rules, None)]
        own = [(limit, None) for limit in self.program.limits if not limit.by_line]
        parts = [(limit, at) for rules, at in of_lines for limit in rules.program.limits if limit.by_line]
        for limit, where in sorted([*own, *parts], key=lambda pair: pair[0].turn):
            found.setdefault(limit.columns, []).append((limit, where))
        return [columns(self, limits) for columns, limits in found.items()]

    def compiled(self, limit: CompiledLimit) -> Any:
        """What the column step of a limit needs."""
        versions = [self.rules, *(rules for rules, _ in self.versions)]
        return next(rules.limits[id(limit)] for rules in versions if id(limit) in rules.limits)

    def _run_steps(self) -> None:
        sums = self.sums_before() if self.needs_ledger else {}
        nothing = np.zeros(len(self) if self.needs_ledger else 0, dtype=np.int64)
        paid = {name: self.shape.spread(sums.get(name, nothing)) for name in self.bases if self.needs_ledger}
        if not self.versions:
            self.rules.run_lines(self.lines, self.codes, paid)
        for rules, where in self.versions:
            part = self.lines.part(where)
            rules.run_lines(part, self.codes, {name: sums[where] for name, sums in paid.items()})
            self.lines.take(part, where)
        self._note_outcomes()

    # ---- what was paid before ------------------------------------------------------------------------

    def paid_before(self, name: str) -> IntArray:
        """Fen that each claim states as paid before in a ledger."""
        sums = self.population.paid.get(name)
        return np.zeros(len(self), dtype=np.int64) if sums is None else sums[self.span].astype(np.int64)

    def times_before(self, name: str) -> IntArray:
        """How often each claim states that it was paid before by a ledger."""
        stated = self.population.times_before
        found = stated.get(name, stated.get(""))
        return np.zeros(len(self), dtype=np.int64) if found is None else found[self.span].astype(np.int64)

    def times_for_subjects(self, name: str) -> IntArray:
        """How often the claim of each line states that its subject was paid before by a ledger."""
        stated = self.lines.table.times.get(name)
        return self.shape.spread(self.times_before(name)) if stated is None else stated.astype(np.int64)

    def sums_before(self) -> dict[str, IntArray]:
        """Fen of each claim by ledger: what it states as paid before, and what earlier claims took.

        Ledgers in which no claim has anything are left out.
        """
        sums = {}
        for name, (scope, _) in self.bases.items():
            if name in self.population.paid:
                sums[name] = self.paid_before(name)
            if name not in self.found or (scope is not None and scope.by_subject):
                continue
            found = self.found[name]
            if scope is None:
                # A claim with two lines on one right has what was paid for it once.
                found = self.shape.add_up(found * (self.subject_in_claim() == np.arange(len(self.lines))))
            sums[name] = sums[name] + found if name in sums else found
        return sums

    def stated_for_subjects(self, scope: Scope) -> IntArray | None:
        """Fen that each line's claim states its subject as having had before; None where none states anything."""
        if (fen := self.lines.table.paid.get(scope.ledger)) is not None:
            return fen
        return self.shape.spread(self.paid_before(scope.ledger)) if scope.ledger in self.population.paid else None

    def paid_for_subjects(self, scope: Scope) -> IntArray | None:
        """Fen that the subject of each line had before; None where none had anything."""
        found, stated = self.found.get(scope.ledger), self.stated_for_subjects(scope)
        if found is None or stated is None:
            return stated if found is None else found
        return found + stated

    def found_by_claims(self, name: str) -> IntArray:
        """What each claim finds taken by earlier ones."""
        found = self.found.get(name)
        return np.zeros(len(self), dtype=np.int64) if found is None else found

    def found_by_lines(self, name: str) -> IntArray:
        """What each line finds taken by earlier claims."""
        found = self.found.get(name)
        return np.zeros(len(self.lines), dtype=np.int64) if found is None else found

    # ---- the claims ----------------------------------------------------------------------------------

    def own_subjects(self) -> tuple[IntArray, IntArray]:
        """Lines that name their subject, and these subjects."""
        lines = np.zeros(0, dtype=np.int64) if self.subject is None else np.flatnonzero(self.subject >= 0)
        return lines, self.subjects(lines)

    def subjects(self, lines: IntArray) -> IntArray:
        """The subjects of lines that name one."""
        return np.zeros(0, dtype=np.int64) if self.subject is None else pick(self.subject, lines).astype(np.int64)

    def matters(self) -> tuple[IntArray, IntArray]:
        """Every line with each subject that it names; ascending lines."""
        return self.own_subjects() if self.merged is None else self.merged

    def _standing_reasons(self) -> IntArray:
        """The first reason against each whole claim that no ledger changes: kind, region, an officer's finding."""
        population, program = self.population, self.program
        found = np.full(len(self), NONE, dtype=np.int16)
        wrong_kind = np.array([kind not in program.kinds for kind in KINDS])
        put_where(found, pick(wrong_kind, population.kind[self.span]), self.codes["APPLICANT_KIND"])
        document = program.item.content["document"]
        outside = _outside(document["region_code"], tuple(document["areas"]), population.regions)
        # Who has no region has the last place.
        region = outside.take(population.region[self.span])
        put_where(found, region & (found == NONE), self.codes["REGION"])
        if population.unmet is not None:
            by_set = [self._unmet_code(names) for names in population.unmet_sets]
            unmet = np.array([*by_set, NONE], dtype=np.int16)[population.unmet[self.span]]
            put_where(found, found == NONE, unmet)
        return found

    def _unmet_code(self, names: tuple[str, ...]) -> int:
        for name in names:
            if names_priority(self.program, name):
                continue
            note = self.program.unmet.get(name)
            return self.codes["UNMET" if note is None else note.code]
        return NONE

    def _note_outcomes(self) -> None:
        """Note which outcomes the steps made besides a sum, so that the others cost nothing."""
        lines = self.lines
        self.has_missing = bool(lines.missing.any())
        # The later go before the earlier.
        found = [
            (lines.decision, Outcome.NO_AMOUNT),
            (lines.title & ~lines.has, Outcome.RECOGNISED),
            (lines.measured == 1, Outcome.TARGET_MET),
            (lines.measured == 0, Outcome.TARGET_MISSED),
            (lines.missing, Outcome.UNDETERMINED),
        ]
        self.other_outcomes = [(where, OUTCOME_INDEX[outcome]) for where, outcome in found if where.any()]

    def subject_in_claim(self) -> IntArray:
        """For each line the position of its claim's first line on its subject; its own where it names none."""
        if self.subjects_in_claim is None:
            self.subjects_in_claim = found = np.arange(len(self.lines))
            several = self.shape.several
            if self.subject is not None:
                several = several[self.subject[several] >= 0]
                named = self.subject[several].astype(np.int64)
                least = int(named.min(initial=0))
                # A run has fewer than 2^17 claims, and subjects span less than 2^42.
                key = self.shape.at[several] * (int(named.max(initial=0)) - least + 1) + (named - least)
                order, key = in_order_of(key)
                order, starts = several[order], run_starts(key)
                found[order] = np.repeat(order[starts], np.diff(starts, append=len(order)))
        return self.subjects_in_claim

    def rank_of_subject(self, asking: BoolArray) -> IntArray:
        """For each line how many earlier asking ones of its claim have the same subject."""
        rank, lines = np.zeros(len(asking), dtype=np.int64), self.shape.several
        if len(lines):
            order, subject = in_order_of(self.subject_in_claim()[lines])
            at = lines[order]
            rank[at] = sums_before(asking[at].astype(np.int64), run_starts(subject))
        return rank

    # ---- the answer ----------------------------------------------------------------------------------

    def answer(self) -> None:
        """Answer every claim under the ledgers as they are known, in the scalar engine's order."""
        if self.needs_ledger and self.found:
            self.lines = self.lines.fresh()
            self._run_steps()
        self.answers = Work(self).answers()

    def answer_again(self) -> IntArray:
        """Answer the stale claims anew, and return them; of the others the known answers stand."""
        claims = np.flatnonzero(self.stale)
        self.stale[claims] = False
        self.is_stale = False
        if len(claims) * 4 < len(self):
            self._put(claims)
        elif self.needs_ledger:
            self.answer()
        else:
            self._answer_most(claims)
        return claims

    def _answer_most(self, claims: IntArray) -> None:
        """Answer many claims anew: those that are refused as a whole need no look at their lines."""
        work = Work(self)
        against = work.against[claims]
        open_claims, refused = claims[against == NONE], claims[against != NONE]
        if len(open_claims) * 2 > len(self):
            self.answers = work.answers()
            return
        self.answers.refuse(refused, self.shape.lines_of(refused), against[against != NONE])
        self._put(open_claims)

    def _put(self, claims: IntArray) -> None:
        """Answer some claims anew."""
        if len(claims):
            lines = self.shape.lines_of(claims)
            self.answers.put(claims, lines, Work(self._narrowed(claims, lines)).answers())

    def _narrowed(self, claims: IntArray, lines: IntArray) -> Self:
        """Some of the claims and their lines, as the steps leave them; to be answered once."""
        part = copy.copy(self)
        size = len(self.lines)
        part.claims = part.span = pick(self.claims, claims)
        part.lines = self.lines.part(lines) if self.needs_ledger else self.lines.after_steps(lines)
        part.shape = self.shape.narrowed(claims)
        part.subject = part.lines.table.subject
        part.standing = self.standing[claims]
        part.found = {name: pick(sums, lines if len(sums) == size else claims) for name, sums in self.found.items()}
        part.subjects_in_claim = None
        part.other_outcomes = [(pick(where, lines), code) for where, code in self.other_outcomes]
        part.columns = [columns.narrowed(lines) for columns in self.columns]
        if self.needs_ledger:
            versions = [(rules, np.flatnonzero(among(lines, where))) for rules, where in self.versions]
            part.versions = [(rules, where) for rules, where in versions if len(where)]
            part._run_steps()  # noqa: SLF001 - a copy of this run
        return part


@lru_cache(maxsize=64)
def _outside(code: str, areas: tuple[str, ...], regions: tuple[str, ...]) -> BoolArray:
    """Whether an applicant of each of these regions (and of none, the last) lies outside the area of a document."""
    area = {"region_code": code, "areas": areas}
    return np.array([*(not covers(area, region) for region in regions), False])
