"""The claims of a population under one version of an item: read once, answered as often as the ledgers change."""

import copy

import numpy as np

from policies.engine.batch.answers import Answers, View
from policies.engine.batch.pool import Holding, Shape, cut_to_holdings, lower_rivals, shape_of, take_off
from policies.engine.batch.result import OUTCOME_INDEX
from policies.engine.batch.rules import MISSING, NOTHING, Codes, ItemRules, SumLimit
from policies.engine.columns.arithmetic import times as times_count
from policies.engine.columns.lines import NONE, Lines
from policies.engine.columns.population import KINDS, BoolArray, IntArray, Population
from policies.engine.interpret import PRECEDENCE, names_priority
from policies.engine.program import Program
from policies.engine.regions import covers
from policies.engine.terms import Outcome

_PAYABLE, _REFUSED = OUTCOME_INDEX[Outcome.PAYABLE], OUTCOME_INDEX[Outcome.REFUSED]
_UNDETERMINED, _NO_AMOUNT = OUTCOME_INDEX[Outcome.UNDETERMINED], OUTCOME_INDEX[Outcome.NO_AMOUNT]
_RECOGNISED = OUTCOME_INDEX[Outcome.RECOGNISED]
_MET, _MISSED = OUTCOME_INDEX[Outcome.TARGET_MET], OUTCOME_INDEX[Outcome.TARGET_MISSED]
_RANKS = np.array([PRECEDENCE.index(outcome) for outcome in Outcome], dtype=np.int8)
_BY_RANK = np.array([OUTCOME_INDEX[outcome] for outcome in PRECEDENCE], dtype=np.int8)


class Run:
    """Claims `claims` (global numbers) of one item and version, with their lines."""

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
    ) -> None:
        self.population = population
        self.rules = rules
        self.program: Program = rules.program
        self.item = rules.program.item
        self.lines = lines
        self.claims = claims
        self.shape = shape
        self.codes = codes
        self.versions = versions
        # What any version of the item reads is shown to all; the claims' own version decides which bucket that is.
        self.bases: dict[str, str] = {}
        for version in [*siblings, rules]:
            self.bases.update(version.bases)
        self.view = View()
        # Claims to answer again, as the ledgers show them something else than when they were answered.
        self.stale = np.zeros(len(claims), dtype=np.bool_)
        self.limits = tuple(rule for version in siblings for rule in version.limits)
        self.subject = lines.table.subject
        self.standing = self._standing_reasons()
        self._subjects: IntArray | None = None
        # By ledger: below which sum of earlier claims no answer changes, and above which none changes any more.
        self.bounds: dict[str, tuple[IntArray, IntArray]] = {}
        self._is_bounded = False
        paid = {name: self.paid_before(name) for name in self.bases}
        self._needs_ledger = bool(rules.needs_ledger) or any(version.needs_ledger for version, _ in versions)
        self._run_steps({name: shape.spread(sums) for name, sums in paid.items()})
        self._holdings = self._make_holdings()

    def __len__(self) -> int:
        return len(self.claims)

    def _run_steps(self, paid: dict[str, IntArray]) -> None:
        if not self.versions:
            self.rules.run_lines(self.lines, self.codes, paid)
        for rules, where in self.versions:
            part = self.lines.part(where)
            rules.run_lines(part, self.codes, {name: sums[where] for name, sums in paid.items()})
            self.lines.take(part, where)
        self._note_outcomes()

    def paid_before(self, name: str) -> IntArray:
        """Fen that each claim states as paid before in a ledger."""
        sums = self.population.paid.get(name)
        return np.zeros(len(self), dtype=np.int64) if sums is None else sums[self.claims].astype(np.int64)

    def times_paid_before(self) -> IntArray:
        """How often each claim's applicant was paid before, as the claim states it."""
        before = self.population.times_before
        return np.zeros(len(self), dtype=np.int64) if before is None else before[self.claims].astype(np.int64)

    def _standing_reasons(self) -> IntArray:
        """The first reason against each whole claim that no ledger changes: kind, region, an officer's finding."""
        population, program = self.population, self.program
        found = np.full(len(self), NONE, dtype=np.int16)
        wrong_kind = np.array([kind not in program.kinds for kind in KINDS])
        found[wrong_kind[population.kind[self.claims]]] = self.codes["APPLICANT_KIND"]
        document = program.item.content["document"]
        outside = np.array([not covers(document, region) for region in population.regions] + [False])
        region = outside[population.region[self.claims]]
        found[region & (found == NONE)] = self.codes["REGION"]
        if population.unmet is not None:
            by_set = [self._unmet_code(names) for names in population.unmet_sets]
            unmet = np.array([*by_set, NONE], dtype=np.int16)[population.unmet[self.claims]]
            np.copyto(found, unmet, where=found == NONE)
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
        self._missing = bool(lines.missing.any())
        found = [
            (lines.decision, _NO_AMOUNT),
            (lines.title & ~lines.has, _RECOGNISED),
            (lines.measured == 1, _MET),
            (lines.measured == 0, _MISSED),
            (lines.missing, _UNDETERMINED),
        ]
        # The later go before the earlier.
        self._others = [(where, code) for where, code in found if where.any()]

    # ---- limits within a claim -----------------------------------------------------------------------

    def _make_holdings(self) -> list[tuple[SumLimit, IntArray, IntArray | None, BoolArray | None]]:
        """Of each limit: its caps less what lines state of it, the claim's buckets, and the lines it binds."""
        found = []
        versions: list[tuple[ItemRules, IntArray | None]] = list(self.versions) or [(self.rules, None)]
        for rules, where in versions:
            for rule in rules.limits:
                cap = np.broadcast_to(rule.caps(self.lines, self.rules.rules), (len(self.lines),))
                if rule.limit.before is not None:
                    values, present = self.lines.sum(rule.limit.before)
                    cap = cap - values * present
                acts = None
                if where is not None:
                    acts = np.zeros(len(self.lines), dtype=np.bool_)
                    acts[where] = True
                bucket = self._subject_in_claim() if rule.by_subject and not self.shape.single else None
                found.append((rule, cap, bucket, acts))
        return found

    def _subject_in_claim(self) -> IntArray:
        """For each line the position of its claim's first line on its subject; its own where it names none."""
        if self._subjects is None:
            self._subjects = found = np.arange(len(self.lines))
            several = self.shape.several
            if self.subject is not None:
                several = several[self.subject[several] >= 0]
                named = self.subject[several]
                order = several[np.lexsort((several, named, self.shape.at[several]))]
                at, named = self.shape.at[order], self.subject[order]
                fresh = np.ones(len(order), dtype=np.bool_)
                fresh[1:] = (at[1:] != at[:-1]) | (named[1:] != named[:-1])
                found[order] = order[fresh][np.cumsum(fresh) - 1]
        return self._subjects

    def first_of_subject(self) -> BoolArray:
        """Lines that are the first of their claim on their subject."""
        found: BoolArray = self._subject_in_claim() == np.arange(len(self.lines))
        return found

    # ---- again, for some of the claims ---------------------------------------------------------------

    def answer_again(self, known: Answers) -> Answers:
        """Answer the stale claims anew; of the others the known answers stand."""
        stale, self.stale = self.stale, np.zeros(len(self), dtype=np.bool_)
        claims = np.flatnonzero(stale)
        if self._needs_ledger or len(claims) * 2 > len(self):
            return self.answer()
        lines = claims if self.shape.single else np.flatnonzero(stale[self.shape.at])
        return known.replaced(claims, lines, copy.copy(self).narrow(claims, lines).answer())

    def narrow(self, claims: IntArray, lines: IntArray) -> "Run":
        """Keep only some claims and their lines, as the steps left them; for a copy that answers once."""
        self.claims = self.claims[claims]
        self.lines = self.lines.after_steps(lines)
        self.shape = shape_of(self.lines.table.claim, self.claims)
        self.subject = self.lines.table.subject
        self.standing = self.standing[claims]
        self.view = self.view.narrowed(claims, lines)
        self._subjects = None
        self._others = [(where[lines], code) for where, code in self._others]
        self._holdings = [
            (rule, cap[lines], None if bucket is None else bucket[lines], None if acts is None else acts[lines])
            for rule, cap, bucket, acts in self._holdings
        ]
        return self

    # ---- the answer ----------------------------------------------------------------------------------

    def answer(self) -> Answers:
        """Answer every claim under the ledgers of `view`, in the scalar engine's order."""
        shape, lines, program, view = self.shape, self.lines, self.program, self.view
        sums = {
            name: self.paid_before(name) + view.sums[name] if name in view.sums else self.paid_before(name)
            for name in self.bases
        }
        if self._needs_ledger:
            self.lines = lines = lines.fresh()
            self._run_steps({name: shape.spread(held) for name, held in sums.items()})
        part = self.standing.copy()
        times_before = self._check_times(part, view)
        self._check_once(part, view)
        live = shape.spread(part == NONE)
        amount, reason = np.where(live, lines.amount, 0), np.where(live, lines.reason, NONE)
        open_ = live & (reason == NONE) & ~lines.missing
        if program.once is not None and not shape.single:
            self._lose(program, amount, reason, shape.several[(open_ & lines.has)[shape.several]])
        counted = open_ & (reason == NONE) & (lines.measured == NONE)
        count, asked = self._places(view, counted, reason, times_before)
        if count is not None and not program.aggregate:
            amount = np.where(counted & lines.has, times_count(amount, count, self.item.id), amount)
        if self._holdings:
            asking = open_ & (amount > 0) & (reason == NONE)
            held = self._held(sums, view)
            if not self._is_bounded:
                self._bound(np.where(asking, amount, 0), held)
            cut_to_holdings(amount, reason, asking, held, shape)
        total = shape.add_up(amount)
        amount, total = self._take_off(amount, total, part, sums)
        return self._conclude(amount, total, part, reason, live, count=count, asked=asked)

    def _check_times(self, part: IntArray, view: View) -> IntArray | None:
        """Refuse claims of those who had all their times; returns the earlier times."""
        times, population = self.program.times, self.population
        if times is None:
            return None
        before = self.times_paid_before()
        if view.times is not None:
            before = before + view.times
        checked = before
        if times.count == 1 and self.program.once is None and population.once_group is not None:
            checked = np.maximum(before, population.once_group[self.claims])
        part[(checked >= times.count) & (part == NONE)] = self.codes[times.note.code]
        return before

    def _check_once(self, part: IntArray, view: View) -> None:
        once, population = self.program.once, self.population
        if once is None:
            return
        had = view.once if view.once is not None else np.zeros(len(self), dtype=np.bool_)
        if population.once_group is not None:
            had = had | population.once_group[self.claims]
        part[had & (part == NONE)] = self.codes[once.note.code]

    def _lose(self, program: Program, amount: IntArray, reason: IntArray, lines: IntArray) -> None:
        """Of a claim's lines of one group only the highest stays; `lines`: those that compete."""
        if program.once is None:
            return
        key = self._subject_in_claim() if program.once.per == ("subject",) else self.shape.at
        lost = lower_rivals(key, amount, lines)
        amount[lost] = 0
        reason[lost] = self.codes[program.once.note.code]

    def _places(
        self, view: View, counted: BoolArray, reason: IntArray, times_before: IntArray | None
    ) -> tuple[IntArray | None, IntArray | None]:
        """How many of each line's equal ones count (None: one each), and how many places of a quota lines ask for."""
        times, quota, shape = self.program.times, self.program.quota, self.shape
        by_line = times is not None and times.by_line
        if not by_line and quota is None and self.lines.table.count is None:
            return None, None
        count = np.where(counted, self.lines.count, 0).astype(np.int64)
        if times is not None and times.by_line and times_before is not None:
            left = shape.spread(np.maximum(times.count - times_before, 0))
            kept = np.clip(left - shape.before(count), 0, count)
            np.copyto(reason, self.codes[times.note.code], where=counted & (kept == 0), casting="unsafe")
            count = kept
        if quota is None:
            return count, None
        asked = count
        rank = shape.spread(self._ranks(view))
        if quota.by_line:
            count = np.clip(quota.count + 1 - rank - shape.before(count), 0, count)
        else:
            count = np.where(rank > quota.count, 0, count)
        np.copyto(reason, self.codes[quota.code], where=(asked > 0) & (count == 0), casting="unsafe")
        return count, asked

    def _ranks(self, view: View) -> IntArray:
        """The place each claim has: the one a selection gave it, or the one after those already taken."""
        rank = 1 + (view.places if view.places is not None else np.zeros(len(self), dtype=np.int64))
        if self.population.rank is None:
            return rank
        given = self.population.rank[self.claims]
        return np.where(given > 0, given, rank)

    def _held(self, sums: dict[str, IntArray], view: View) -> list[Holding]:
        held = []
        for rule, cap, bucket, acts in self._holdings:
            if rule.by_subject:
                before = view.projects if view.projects is not None else np.zeros(len(self.lines), dtype=np.int64)
                if self.lines.table.project_paid is not None:
                    before = before + self.lines.table.project_paid
            else:
                before = self.shape.spread(sums[rule.limit.ledger])
            key = (rule.limit.group, rule.limit.per)
            held.append(Holding(key, np.maximum(cap - before, 0), bucket, acts, rule.code))
        return held

    def _bound(self, asked: IntArray, held: list[Holding]) -> None:
        """Note `bounds`, from what lines ask for and what limits hold before any claim of the population took.

        As long as more is left than all lines of the claim can get, a limit cuts nothing: what they ask for only
        shrinks with what earlier claims took. That holds for ledgers that nothing but limits reads.
        """
        self._is_bounded = True
        shape, absorbs = self.shape, self.program.absorbs
        for holding in held:
            np.minimum(asked, holding.left, out=asked, where=True if holding.acts is None else holding.acts)
        most = shape.spread(shape.add_up(asked))
        for (rule, *_), holding in zip(self._holdings, held, strict=True):
            name, least, full = rule.limit.ledger, holding.left - most, holding.left
            if self._needs_ledger or (absorbs is not None and absorbs.ledger == name):
                continue
            if not rule.by_subject:
                least, full = shape.least(least), -shape.least(-full)
            known = self.bounds.get(name)
            self.bounds[name] = (
                (least, full) if known is None else (np.minimum(known[0], least), np.maximum(known[1], full))
            )

    def _take_off(
        self, amount: IntArray, total: IntArray, part: IntArray, sums: dict[str, IntArray]
    ) -> tuple[IntArray, IntArray]:
        """Lower tiers, then other policies: what was paid before is taken off the claim's sum."""
        absorbs, program = self.program.absorbs, self.program
        offs = []
        if absorbs is not None:
            offs.append((sums[absorbs.ledger], self.codes[absorbs.note.code]))
        if program.set_off:
            offs.append((sums["other_policy"], self.codes[program.notes["SET_OFF"].code]))
        for off, code in offs:
            if not off.any():
                continue
            rest = np.maximum(total - off, 0)
            part[(total > 0) & (rest == 0) & (part == NONE)] = code
            amount = take_off(amount, total, off, self.shape)
            total = rest
        return amount, total

    def _conclude(
        self,
        amount: IntArray,
        total: IntArray,
        part: IntArray,
        reason: IntArray,
        live: BoolArray,
        *,
        count: IntArray | None,
        asked: IntArray | None,
    ) -> Answers:
        lines, shape = self.lines, self.shape
        outcome = np.where(amount > 0, np.int8(_PAYABLE), np.int8(_REFUSED))
        for where, code in self._others:
            np.copyto(outcome, code, where=where)
        refused = reason != NONE
        refused |= ~live
        np.copyto(outcome, _REFUSED, where=refused)
        stated = reason
        if self._missing:
            stated = np.where(lines.missing & ~refused, np.int16(self.codes[MISSING]), reason)
        whole = outcome if shape.single else _BY_RANK[shape.least(_RANKS[outcome])]
        against = part != NONE
        whole = np.where(against, np.int8(_REFUSED), whole)
        why = np.where(against, part, shape.first_of(stated))
        np.copyto(why, self.codes[NOTHING], where=(whole == _REFUSED) & (why == NONE), casting="unsafe")
        payable = whole == _PAYABLE
        line_paid = np.where(outcome == _PAYABLE, amount, 0)
        places = None
        if asked is not None and count is not None:
            stands = shape.spread((whole != _REFUSED) & (whole != _UNDETERMINED)) & (outcome != _REFUSED)
            places = shape.add_up(np.where(stands, count, 0))
            asked = shape.add_up(asked)
        return Answers(
            outcome=whole,
            amount=np.where(payable, total, 0),
            reason=why,
            lines=line_paid,
            granted=line_paid if shape.single else np.where(shape.spread(payable), line_paid, 0),
            asked_places=asked,
            places=places,
            paid_lines=shape.add_up((line_paid > 0).astype(np.int64)),
        )
