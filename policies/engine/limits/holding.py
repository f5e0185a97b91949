"""Limits that hold the lines of a bucket to a sum: one claim's lines in their order, and those of many claims."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from policies.engine.assessment import BucketUse
from policies.engine.columns.arithmetic import in_order_of, pick, put_where, run_starts, sums_before
from policies.engine.columns.conditions import UnsupportedRuleError
from policies.engine.columns.ledger import UNBOUND, Bounds
from policies.engine.columns.lines import NONE
from policies.engine.limits.base import Ceiling, CompiledLimit, LimitColumns, subject_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from policies.engine.batch.answers import Work
    from policies.engine.batch.run import Run
    from policies.engine.columns.population import BoolArray, IntArray
    from policies.engine.columns.shape import Shape
    from policies.engine.line import Line
    from policies.engine.part import Part
    from policies.engine.scopes import Scope
    from policies.engine.trace import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingLimit(CompiledLimit):
    """A compiled sum of `fen` that the lines of a bucket get at most together.

    `ledger`: what was paid from its bucket before; `group` names the claim's bucket. `cut` and `kept` tell the cap,
    what was paid before and what is left. `compile_columns` returns what has `caps`, as `cap_of` less `stated`.
    """

    by_line = True

    fen: int
    ledger: str
    group: str
    cut: Note
    kept: Note

    def cap_of(self, part: Part, line: Line) -> int:
        """The cap in fen of a line's bucket."""
        raise NotImplementedError

    def stated(self, line: Line) -> int:
        """Fen that the line itself states as paid from its bucket."""
        raise NotImplementedError

    @property
    def cap(self) -> int:
        return self.fen

    def ceiling(self, uses: Iterable[BucketUse]) -> Ceiling:
        """The cap that the answer found. Raises ValueError where the answer takes nothing from the bucket."""
        caps = [use.cap for use in uses if use.group == self.group and use.key == self.scope.per]
        if not caps:
            raise ValueError(f"{self.code}: something is granted from a bucket from which the answer takes nothing")
        return Ceiling(fen=min(caps))

    def bucket(self, part: Part, line: Line, state: dict[Any, Any]) -> SumBucket:
        subject, paid = None, part.asked.paid.sums[self.ledger]
        if self.scope.by_subject:
            subject = subject_of(part, line)
            paid = part.asked.paid.subjects.get(self.scope.ledger, {}).get(subject, paid)
        name = (self.group, self.scope, subject)
        known: SumBucket | None = state.get(name)
        if known is not None:
            return known
        cap, stated = self.cap_of(part, line), self.stated(line)
        used = paid + stated
        year = part.year if self.scope.by_year else None
        found = state[name] = SumBucket(self, subject, year, cap, stated, used, max(cap - used, 0))
        return found

    def reads(self, item_id: str) -> tuple[str, Scope, str]:
        if self.ledger != self.scope.ledger:
            raise UnsupportedRuleError(item_id, f"{self.code} counts per {self.scope.per} in the ledger {self.ledger}")
        return self.ledger, self.scope, self.base


@dataclass(slots=True)
class SumBucket:
    """A bucket of one claim, in fen: its cap, what was paid before, what is left, and the lines that took from it.

    `stated` is what the claim itself states as paid, and no ledger knows; `subject` and `year` are the bucket's own.
    """

    limit: HoldingLimit
    subject: str | None
    year: int | None
    cap: int
    stated: int
    used: int
    left: int
    lines: list[Line] = field(default_factory=list)

    def cut(self, line: Line) -> None:
        """Cut a line to what is left; with nothing left it is refused."""
        limit, figures = self.limit, (self.cap, self.used, self.left)
        if (line.amount or 0) <= self.left:
            line.note(limit.kept, figures, applied=False)
            return
        line.amount = self.left
        if self.left:
            line.note(limit.cut, figures)
        else:
            line.reasons.append((limit.cut, figures))

    def take(self, line: Line) -> None:
        """Take what the line gets after all cuts."""
        self.left -= line.amount or 0
        self.lines.append(line)

    def use(self) -> BucketUse | None:
        """What its lines took; what the claim states as paid is not there for others either."""
        limit, amount = self.limit, sum(line.amount or 0 for line in self.lines)
        if not amount:
            return None
        cap = self.cap - self.stated
        return BucketUse(limit.code, limit.group, limit.scope.per, self.subject, self.year, amount, cap)


# ---- columns ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Holding:
    """What one limit holds for each line, were the line the first of its bucket in the claim.

    `key`: group and scope; limits with one key stand on the same buckets. `bucket` numbers the claim's buckets (None:
    one for the claim). `binds` marks the lines that it binds (None: all). `code` is the reason where nothing is left.
    """

    key: tuple[str, Scope]
    left: IntArray
    bucket: IntArray | None
    binds: BoolArray | None
    code: int

    def at(self, lines: IntArray) -> Holding:
        """The same for some of the lines."""
        own = [None if part is None else pick(part, lines) for part in (self.bucket, self.binds)]
        return replace(self, left=pick(self.left, lines), bucket=own[0], binds=own[1])


_UNTOUCHED = -1


def extremes(holding: Holding, shape: Shape) -> tuple[IntArray, IntArray]:
    """For each line the least and the most that its bucket may hold, whichever of its lines comes first in it."""
    left = holding.left
    if shape.single or _is_of_claim(holding, shape):
        return left, left
    if holding.bucket is None:
        return shape.spread(shape.least(left)), shape.spread(-shape.least(-left))
    again = np.flatnonzero(holding.bucket != np.arange(len(left)))
    least, most = left.copy(), left.copy()
    np.minimum.at(least, holding.bucket[again], left[again])
    np.maximum.at(most, holding.bucket[again], left[again])
    return least[holding.bucket], most[holding.bucket]


def _is_of_claim(holding: Holding, shape: Shape) -> bool:
    """Whether a claim has one bucket that all its lines find alike."""
    return holding.bucket is None and bool((holding.left[shape.size :] == pick(holding.left, shape.further)).all())


def cut_to(held: list[Holding], amount: IntArray, reason: IntArray, asking: BoolArray, shape: Shape) -> None:
    """Cut lines to what the smallest of their buckets holds, in the order of the lines; in place."""
    alone, where = asking, shape.several[asking[shape.several]]
    claim = shape.at[where]
    starts = run_starts(claim)
    if len(starts) < len(where):
        alone = asking.copy()
        alone[where] = False
    for holding in held:
        over = alone & (amount > holding.left)
        _cut(amount, reason, over if holding.binds is None else over & holding.binds, holding.left, holding.code)
    if len(starts) == len(where):
        return
    if len(held) == 1 and held[0].binds is None and _is_of_claim(held[0], shape):
        asked, left = pick(amount, where), pick(held[0].left, where)
        left = np.maximum(left - sums_before(asked, starts), 0)
        over = asked > left
        amount[where] = np.minimum(asked, left)
        reason[where[over & (left == 0)]] = held[0].code
        return
    # The k-th asking lines of all claims together: a claim has one line in each round.
    place = np.arange(len(where)) - np.repeat(starts, np.diff(starts, append=len(where)))
    order = pick(where, in_order_of(place)[0])
    # What is left of each bucket, once a line took from it.
    kept = {}
    for holding in held:
        size = shape.size if holding.bucket is None else int(holding.bucket.max()) + 1
        kept[holding.key] = np.full(size, _UNTOUCHED)
    for lines in np.split(order, np.cumsum(np.bincount(place))[:-1]):
        fen, code = amount[lines], reason[lines]
        used = []
        for holding in (one.at(lines) for one in held):
            bucket = shape.at[lines] if holding.bucket is None else holding.bucket
            left = kept[holding.key][bucket]
            left = np.where(left == _UNTOUCHED, holding.left, left)
            bound = left if holding.binds is None else np.where(holding.binds, left, UNBOUND)
            _cut(fen, code, fen > bound, bound, holding.code)
            used.append((holding, bucket, left))
        for holding, bucket, left in used:
            binds = slice(None) if holding.binds is None else holding.binds
            kept[holding.key][bucket[binds]] = (left - fen)[binds]
        amount[lines], reason[lines] = fen, code


def _cut(amount: IntArray, reason: IntArray, over: BoolArray, left: IntArray, code: int) -> None:
    put_where(amount, over, left)
    put_where(reason, over & (left == 0), code)


class HoldingColumns(LimitColumns):
    """All sums of a run: each line gets what the smallest of its buckets still holds."""

    def __init__(self, run: Run, limits: Sequence[tuple[HoldingLimit, IntArray | None]]) -> None:
        # Where only one claim of a bucket is paid, nobody is told what the bucket holds.
        sole = {limit.scope for limit in run.program.limits if limit.is_sole}
        self.is_bounded = {limit.scope for limit, _ in limits} <= sole
        # The caps, less what lines state of them, before anything is paid.
        self.caps = []
        for limit, where in limits:
            binds = None
            if where is not None:
                binds = np.zeros(len(run.lines), dtype=np.bool_)
                binds[where] = True
            bucket = run.subject_in_claim() if limit.scope.by_subject and not run.shape.single else None
            caps = run.compiled(limit).caps(run.lines)
            self.caps.append(Holding((limit.group, limit.scope), caps, bucket, binds, run.codes[limit.code]))

    def narrowed(self, lines: IntArray) -> Self:
        found = copy.copy(self)
        found.is_bounded = True
        found.caps = [holding.at(lines) for holding in self.caps]
        return found

    def cut(self, work: Work) -> None:
        asking = work.open & (work.amount > 0) & (work.reason == NONE)
        held = [self._held(holding, work) for holding in self.caps]
        if not self.is_bounded:
            self.is_bounded = True
            work.run.bounds = self._bounds(work.run, work.amount * asking, held)
        cut_to(held, work.amount, work.reason, asking, work.run.shape)

    @staticmethod
    def _held(holding: Holding, work: Work) -> Holding:
        scope, run = holding.key[1], work.run
        before = run.paid_for_subjects(scope) if scope.by_subject else work.sums.get(scope.ledger)
        if before is None:
            return holding
        if not scope.by_subject:
            before = run.shape.spread(before)
        return replace(holding, left=np.maximum(holding.left - before, 0))

    @staticmethod
    def _bounds(run: Run, asked: IntArray, held: list[Holding]) -> dict[str, Bounds]:
        """The run's `bounds`, from what lines ask and what limits hold before any claim of the population took.

        As long as more is left than all lines of the claim can get, a limit cuts nothing: what they ask for only
        shrinks with what earlier claims took. That holds for ledgers that nothing but limits of sums reads.
        """
        found: dict[str, Bounds] = {}
        if run.needs_ledger:
            return found
        shape = run.shape
        bounds_of_each = [extremes(holding, shape) for holding in held]
        for holding, (_, full) in zip(held, bounds_of_each, strict=True):
            np.minimum(asked, full, out=asked, where=True if holding.binds is None else holding.binds)
        most = shape.spread(shape.add_up(asked))
        for holding, (smallest, largest) in zip(held, bounds_of_each, strict=True):
            scope, least, full = holding.key[1], smallest - most, largest
            if not scope.by_subject:
                least, full = shape.least(least), -shape.least(-full)
            all_bound = holding.binds is None or bool(holding.binds.all())
            bounds = Bounds(least, full, int(full.max(initial=0)) if all_bound else UNBOUND)
            found[scope.ledger] = bounds.together(found.get(scope.ledger))
        return found


HoldingLimit.columns = HoldingColumns
