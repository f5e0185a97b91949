"""What a run of claims answers, and an answer in the making."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from policies.engine.batch.result import OUTCOME_INDEX
from policies.engine.batch.rules import MISSING, NOTHING
from policies.engine.columns.arithmetic import put_where, times
from policies.engine.columns.lines import NONE
from policies.engine.interpret import PRECEDENCE
from policies.engine.terms import Outcome

if TYPE_CHECKING:
    from policies.engine.batch.run import Run
    from policies.engine.columns.population import BoolArray, IntArray
    from policies.engine.columns.shape import Shape

_PAYABLE, _REFUSED = OUTCOME_INDEX[Outcome.PAYABLE], OUTCOME_INDEX[Outcome.REFUSED]
_UNDETERMINED = OUTCOME_INDEX[Outcome.UNDETERMINED]
_RANKS = np.array([PRECEDENCE.index(outcome) for outcome in Outcome], dtype=np.int8)
_BY_RANK = np.array([OUTCOME_INDEX[outcome] for outcome in PRECEDENCE], dtype=np.int8)


@dataclass(slots=True)
class Answers:
    """The answers of a run. By claim: outcome, fen, first reason, places of a quota asked and filled (None: no quota).

    `refused`: claims that are refused before their lines are looked at. By line: fen of payable lines, 0 elsewhere;
    `granted` only those of payable claims.
    """

    outcome: IntArray
    amount: IntArray
    reason: IntArray
    refused: BoolArray
    lines: IntArray
    granted: IntArray
    asked_places: IntArray | None = None
    places: IntArray | None = None

    def put(self, claims: IntArray, lines: IntArray, fresh: Answers) -> None:
        """Put the answers of some claims and their lines, made anew, in place of those that stood."""
        for field in fields(self):
            known, anew = getattr(self, field.name), getattr(fresh, field.name)
            if known is not None:
                known[lines if field.name in ("lines", "granted") else claims] = anew

    def cut(self, shape: Shape, rest: IntArray) -> None:
        """Cut every claim to fen that it has left, the last lines first."""
        self.lines, self.granted = (shape.within(fen, rest) for fen in (self.lines, self.granted))
        self.amount = rest

    def refuse(self, claims: IntArray, lines: IntArray, reasons: IntArray) -> None:
        """Answer that some claims with these lines get nothing, for reasons against the whole of each."""
        self.outcome[claims], self.reason[claims], self.refused[claims] = _REFUSED, reasons, True
        for nothing, where in (
            (self.amount, claims),
            (self.lines, lines),
            (self.granted, lines),
            (self.asked_places, claims),
            (self.places, claims),
        ):
            if nothing is not None:
                nothing[where] = 0


def _worst(outcomes: IntArray, begins: IntArray) -> IntArray:
    return _BY_RANK[np.minimum.reduceat(_RANKS[outcomes], begins)]


class Work:
    """An answer in the making, under the ledgers as they are known.

    `against` is the first reason against each claim, `reason` and `amount` those of its lines; `open` are lines that
    nothing stands against. `count`: how many of a line's equal ones count (None: one each), `total`: each claim's fen;
    `sums`: fen paid before by ledger name. `stands`, in the end: lines that stay in a claim that is not refused.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.sums = run.sums_before()
        self.against = run.standing.copy()
        self.count: IntArray | None = None
        self._act("refuse")
        self.refused = self.against != NONE

    def answers(self) -> Answers:
        """The answers, once it is known which whole claims are refused."""
        self._open()
        self._act("choose")
        self._count()
        self._act("cut")
        self.total = self.run.shape.add_up(self.amount)
        self._act("deduct")
        return self._conclude()

    def _act(self, method: str) -> None:
        for limit in self.run.columns:
            getattr(limit, method)(self)

    def _open(self) -> None:
        lines, live = self.run.lines, ~self.refused
        if live.all():
            self.live = None
            self.amount, self.reason = lines.amount.copy(), lines.reason.copy()
            self.open = self.reason == NONE
        else:
            self.live = self.run.shape.spread(live)
            self.amount, self.reason = lines.amount * self.live, lines.reason.copy()
            put_where(self.reason, ~self.live, NONE)
            self.open = self.live & (self.reason == NONE)
        if self.run.has_missing:
            self.open &= ~lines.missing

    def _count(self) -> None:
        run, lines = self.run, self.run.lines
        if lines.table.count is None and not any(limit.counts for limit in run.columns):
            return
        self.counted = self.open & (self.reason == NONE) & (lines.measured == NONE)
        self.count = lines.count * self.counted
        self._act("keep")
        if not run.program.aggregate:
            where = np.flatnonzero(self.counted & lines.has & (self.count != 1))
            self.amount[where] = times(self.amount[where], self.count[where], run.item.id)

    # ---- what limits do ------------------------------------------------------------------------------
    def refuse_claims(self, where: BoolArray, code: str) -> None:
        """Note a reason against claims that have none yet."""
        put_where(self.against, where & (self.against == NONE), self.run.codes[code])

    def refuse_lines(self, where: IntArray, code: str) -> None:
        """Note the reason of lines at these positions."""
        self.reason[where] = self.run.codes[code]

    def take_off_paid(self, ledger: str, code: str) -> None:
        """Take off what claims had before by a ledger."""
        if ledger in self.sums:
            self.take_off(self.sums[ledger], code)

    def take_off(self, off: IntArray, code: str) -> None:
        """Take fen off the claims' sums, from their last lines first; a claim with nothing left is refused."""
        if not off.any():
            return
        rest = np.maximum(self.total - off, 0)
        self.refuse_claims((self.total > 0) & (rest == 0), code)
        self.amount, self.total = self.run.shape.within(self.amount, rest), rest

    # ---- the end -------------------------------------------------------------------------------------
    def _conclude(self) -> Answers:
        """Outcomes and first reasons, of lines and of whole claims."""
        run, shape, codes = self.run, self.run.shape, self.run.codes
        outcome = np.full(len(self.amount), _REFUSED, dtype=np.int8)
        put_where(outcome, self.amount > 0, _PAYABLE)
        for where, code in run.other_outcomes:
            put_where(outcome, where, code)
        refused = self.reason != NONE
        if self.live is not None:
            refused |= ~self.live
        put_where(outcome, refused, _REFUSED)
        if run.has_missing:
            put_where(self.reason, run.lines.missing & ~refused, codes[MISSING])
        whole, why = shape.reduce(outcome, _worst), shape.first_of(self.reason)
        against = self.against != NONE
        if against.any():
            put_where(whole, against, _REFUSED)
            put_where(why, against, self.against)
        put_where(why, (whole == _REFUSED) & (why == NONE), codes[NOTHING])
        self.amount *= outcome == _PAYABLE
        lines = granted = amount = self.amount
        if not shape.single or self.total is not self.amount:
            payable = whole == _PAYABLE
            amount, granted = self.total * payable, lines * shape.spread(payable)
        answers = Answers(outcome=whole, amount=amount, reason=why, refused=self.refused, lines=lines, granted=granted)
        if self.count is not None:
            self.stands = shape.spread((whole != _REFUSED) & (whole != _UNDETERMINED)) & (outcome != _REFUSED)
            for limit in run.columns:
                limit.conclude(self, answers)
        return answers
