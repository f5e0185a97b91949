"""`yuan`: a sum that one bucket may not pass."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

import numpy as np

from policies.engine.assessment import BucketUse
from policies.engine.columns.arithmetic import put_where
from policies.engine.columns.conditions import UnsupportedRuleError
from policies.engine.columns.context import holds
from policies.engine.columns.ledger import UNBOUND, Bounds
from policies.engine.columns.lines import NONE
from policies.engine.limits.base import (
    GROUP,
    SCALE,
    Ceiling,
    CompiledLimit,
    Limit,
    LimitColumns,
    Scale,
    Scoped,
    subject_of,
)
from policies.engine.limits.holding import Holding, cut_to, extremes
from policies.engine.money import money_text
from policies.engine.scopes import SCOPES, Scope
from policies.engine.spec import FACT, YUAN, key
from policies.engine.terms import LEDGERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from fractions import Fraction

    from policies.engine.batch.answers import Work
    from policies.engine.batch.run import Run
    from policies.engine.columns.conditions import Test
    from policies.engine.columns.context import ColumnContext
    from policies.engine.columns.lines import Lines
    from policies.engine.columns.population import IntArray
    from policies.engine.conditions.base import Predicate
    from policies.engine.context import Context
    from policies.engine.line import Line
    from policies.engine.operations.base import Label, Wording
    from policies.engine.part import Part
    from policies.engine.problems import Fault, Place
    from policies.engine.trace import Note


@dataclass(frozen=True, kw_only=True)
class Money(Scoped, Limit):
    """The lines of a bucket get at most `yuan` together, with what `ledger` says was paid before."""

    kind = "yuan"
    label = "金额上限"
    help = "一件、一个主体或全市，合计不超过多少钱"
    order = 10
    preset: ClassVar = {"code": "YEAR_CAP", "per": ["applicant", "year"]}

    yuan: int = key(YUAN, "上限（元）")
    ledger: str | None = key(LEDGERS, "查哪一本台账", help="不选时按合计范围确定", default=None)
    group: str | None = key(GROUP, "与其他事项共用", help="几个事项写同一个组名，就共用这一个上限", default=None)
    before: str | None = key(FACT, "此前已获金额填在", types=("money", "rows"), default=None)
    scale: Scale | None = key(SCALE, "部分申请人打折", default=None)

    @property
    def name(self) -> str:
        """What it is called where it is cited: its own label, or one made of its bucket."""
        return self.called or self.scope.name

    @classmethod
    def complete(cls, content: dict[str, Any]) -> None:
        content.setdefault("ledger", SCOPES[tuple(content["per"])].ledger)

    def compile(self, context: Context, *, item_id: str) -> MoneyLimit:
        name, scale = self.name, self.scale
        ledger = self.ledger or self.scope.ledger

        def cut(figures: tuple[Any, ...]) -> str:
            cap, used, left = figures
            spent = f"，{LEDGERS[ledger]} {money_text(used)}" if used else ""
            return f"依据 {context.citation}：{name}最高 {money_text(cap)}{spent}，可用 {money_text(left)}"

        def kept(figures: tuple[Any, ...]) -> str:
            cap, used, _ = figures
            spent = f"（{LEDGERS[ledger]} {money_text(used)}）" if used else ""
            return f"未超过{name}最高 {money_text(cap)}{spent}"

        return MoneyLimit(
            rule=self,
            code=self.code,
            scope=self.scope,
            base=self.group or item_id,
            asks=ledger if self.group or self.scope.is_rolling else None,
            fen=self.yuan,
            ledger=ledger,
            group=self.group or f"{item_id}:{self.code}",
            ratio=scale.ratio if scale else None,
            only=context.only(scale.only) if scale else None,
            cut=context.note(self.code, cut, cite=self.cite),
            kept=context.note(self.code, kept, cite=self.cite),
        )

    @property
    def acts_as(self) -> object:
        return (type(self), self.group, self.per) if self.group else None

    def problems(self, item_id: str, types: Mapping[str, str]) -> Iterator[tuple[Place, Fault]]:
        del item_id
        return self.scope_problems()

    def facts(self) -> Iterator[str]:
        if self.before:
            yield self.before
        if self.scale is not None:
            yield self.scale.only["field"]

    def sentence(self, label: Label) -> str:
        shared = "（与同组事项合并计算）" if self.group else ""
        return f"{self.name}最高 {money_text(self.yuan)}{shared}"

    def short_name(self) -> str:
        return f"{self.name}上限"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield f"{self.name}最高 {words.sum(self.yuan)}"

    def figures(self) -> Mapping[str, str]:
        return {"yuan": f"{self.name}最高"}


@dataclass(slots=True)
class MoneyBucket:
    """A bucket of one claim, in fen: its cap, what was paid before, what is left, and the lines that took from it.

    `stated` is what the claim itself states as paid, and no ledger knows; `subject` and `year` are the bucket's own.
    """

    limit: MoneyLimit
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


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyLimit(CompiledLimit):
    """A compiled sum of `fen`. `ledger`: what was paid from its bucket before; `group` names the claim's bucket."""

    turn = 10
    by_line = True

    rule: Money
    fen: int
    ledger: str
    group: str
    ratio: Fraction | None
    only: Predicate | None
    cut: Note
    kept: Note

    @property
    def cap(self) -> int:
        return self.fen

    def ceiling(self, uses: Iterable[BucketUse]) -> Ceiling:
        """The cap that the answer found. Raises ValueError where the answer takes nothing from the bucket."""
        caps = [use.cap for use in uses if use.group == self.group and use.key == self.scope.per]
        if not caps:
            raise ValueError(f"{self.code}: something is granted from a bucket from which the answer takes nothing")
        return Ceiling(fen=min(caps))

    def bucket(self, part: Part, line: Line, state: dict[Any, Any]) -> MoneyBucket:
        subject, paid = None, part.asked.paid.sums[self.ledger]
        if self.scope.by_subject:
            subject = subject_of(part, line)
            paid = part.asked.paid.subjects.get(self.scope.ledger, {}).get(subject, paid)
        name = (self.group, self.scope, subject)
        known: MoneyBucket | None = state.get(name)
        if known is not None:
            return known
        before, cap = self.rule.before, self.fen
        stated = int(line.value(before) or 0) if before is not None else 0
        if self.ratio is not None and self.only is not None and self.only(line.facts):
            cap = part.program.part(cap, self.ratio)
        if self.scope.by_subject:
            # So many equal ones are so many subjects, each with its own cap.
            cap *= line.count
        used = paid + stated
        year = part.year if self.scope.by_year else None
        found = state[name] = MoneyBucket(self, subject, year, cap, stated, used, max(cap - used, 0))
        return found

    def reads(self, item_id: str) -> tuple[str, Scope, str]:
        if self.ledger != self.scope.ledger:
            raise UnsupportedRuleError(item_id, f"{self.code} counts per {self.scope.per} in the ledger {self.ledger}")
        return self.ledger, self.scope, self.base

    def compile_columns(self, context: ColumnContext) -> SumColumns:
        return SumColumns(self, context, context.only(self.rule.scale.only) if self.rule.scale else None)


# ---- columns ---------------------------------------------------------------------------------------------------------


class SumColumns(NamedTuple):
    """A limit with the test of its scale, compiled for columns."""

    limit: MoneyLimit
    context: ColumnContext
    only: Test | None

    def caps(self, lines: Lines) -> IntArray:
        """The cap in fen of each line's bucket, were the line the first of it, less what the line states as paid."""
        rule, fen, ratio = self.limit.rule, self.limit.fen, self.limit.ratio
        cap = np.full(len(lines), fen, dtype=np.int64)
        if ratio is not None and self.only is not None:
            put_where(cap, holds(self.only, lines), self.context.share(cap, ratio))
        if self.limit.scope.by_subject and lines.table.count is not None:
            # No sum passes 2^60, so a cap above 2^62 binds as little as the true one.
            cap *= np.minimum(lines.count, 2**62 // max(fen, 1))
        return cap if rule.before is None else np.maximum(cap - lines.stated_or_zero(rule.before), 0)


class MoneyColumns(LimitColumns):
    """All sums of a run: each line gets what the smallest of its buckets still holds."""

    def __init__(self, run: Run, limits: Sequence[tuple[MoneyLimit, IntArray | None]]) -> None:
        self.is_bounded = False
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
            self._bound(work.run, work.amount * asking, held)
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

    def _bound(self, run: Run, asked: IntArray, held: list[Holding]) -> None:
        """Note the run's `bounds`, from what lines ask and what limits hold before any claim of the population took.

        As long as more is left than all lines of the claim can get, a limit cuts nothing: what they ask for only
        shrinks with what earlier claims took. That holds for ledgers that nothing but limits of sums reads.
        """
        self.is_bounded = True
        if run.needs_ledger:
            return
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
            run.bounds[scope.ledger] = bounds.together(run.bounds.get(scope.ledger))


MoneyLimit.columns = MoneyColumns
