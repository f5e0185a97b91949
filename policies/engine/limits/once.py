"""`once`: only one item of a group is paid."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from policies.engine.columns.arithmetic import run_starts
from policies.engine.columns.ledger import Ledger
from policies.engine.limits.base import GROUP, PER, Ceiling, CompiledLimit, Limit, LimitColumns, shared_by
from policies.engine.scopes import APPLICANT, ONE_OF_GROUP, SCOPES, group_base
from policies.engine.spec import key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policies.engine.assessment import BucketUse, Reason
    from policies.engine.batch.answers import Work
    from policies.engine.batch.run import Run
    from policies.engine.columns.keys import Keys
    from policies.engine.columns.population import IntArray
    from policies.engine.context import Context
    from policies.engine.line import Line
    from policies.engine.operations.base import Label
    from policies.engine.part import Part
    from policies.engine.trace import Note


@dataclass(frozen=True, kw_only=True)
class Once(Limit):
    """Of the items of the group `once` only one is paid to one applicant (or for one subject)."""

    kind = "once"
    label = "同组只支持一次"
    help = "同一件或同一主体，在一组事项里只支持一项"
    order = 30
    preset: ClassVar = {"code": "ONCE_GROUP", "per": ["subject"]}

    once: str = key(GROUP, "组名", help="同一组的事项写同一个组名，如 wx2020-15-gi")
    per: tuple[str, ...] = key(PER, "按什么合计")

    def compile(self, context: Context, *, item_id: str) -> OnceLimit:
        words = f"依据 {context.citation}：同组事项只支持一次，此前或本次已有支持"
        scope = SCOPES[self.per]
        return OnceLimit(
            code=self.code,
            scope=ONE_OF_GROUP if scope is APPLICANT else scope,
            base=group_base(self.once),
            asks=ONE_OF_GROUP.ledger,
            group=self.once,
            note=self.note(context, words),
        )

    @property
    def group_of_one(self) -> str:
        return self.once

    def sentence(self, label: Label) -> str:
        scope = SCOPES[self.per]
        times = f"{'每年' if scope.by_year else ''}只支持一次"
        return f"同一件在同组事项中{times}" if scope.by_subject else f"同组事项{times}"

    def short_name(self) -> str:
        return "同组只支持一次"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnceLimit(CompiledLimit):
    """A compiled one-off of the items of a `group`."""

    turn = 30
    is_sole = True

    group: str
    note: Note

    def ceiling(self, uses: Iterable[BucketUse]) -> Ceiling:
        """Once."""
        del uses
        return Ceiling(times=1)

    def refusal(self, part: Part) -> Reason | None:
        return (self.note, (), 0) if part.asked.paid.once_group else None

    def choose(self, part: Part, state: dict[Any, Any]) -> None:
        """Of several lines of one group only the highest is paid; of equals, the first."""
        for line in part.lines:
            if line.amount is None or line.reasons or line.missing:
                continue
            name = (self.group, *(_subject(part, line) if self.scope.by_subject else ()))
            rival: Line | None = state.get(name)
            wins = rival is None or (rival.amount or 0) < line.amount
            loser = rival if wins else line
            if wins:
                state[name] = line
            if loser is not None:
                loser.amount = 0
                loser.reasons.append((self.note, ()))


def _subject(part: Part, line: Line) -> tuple[str, ...]:
    """Lines are the same right where they say so; unnamed rights of two items are matched by their place."""
    name = part.program.item.subject
    value = line.facts.get(name) if name else None
    return (str(value),) if value is not None else (f"#{line.number}",)


class OnceColumns(LimitColumns):
    """Which applicants or subjects had a grant of the group, and which of a claim's lines is the highest."""

    limit: OnceLimit

    def refuse(self, work: Work) -> None:
        run, name = work.run, OnceLedger.shown_as
        by_subject = self.limit.scope.by_subject
        had = (run.shape.add_up(run.found_by_lines(name)) if by_subject else run.found_by_claims(name)) > 0
        if run.population.once_group is not None:
            had = had | run.population.once_group[run.span]
        work.refuse_claims(had, self.limit.code)

    def choose(self, work: Work) -> None:
        shape, amount = work.run.shape, work.amount
        if shape.single:
            return
        lines = shape.several[(work.open & work.run.lines.has)[shape.several]]
        rivals = work.run.subject_in_claim() if self.limit.scope.by_subject else shape.at
        order = lines[np.lexsort((lines, -amount[lines], rivals[lines]))]
        lost = np.ones(len(order), dtype=np.bool_)
        lost[run_starts(rivals[order])] = False
        amount[order[lost]] = 0
        work.refuse_lines(order[lost], self.limit.code)

    @classmethod
    def ledgers(cls, runs: list[Run], keys: Keys) -> Iterator[Ledger]:
        for name, scope, members in shared_by(runs, cls, attrgetter("group"), attrgetter("scope")):
            yield OnceLedger(name, scope, members, keys)


class OnceLedger(Ledger):
    """How often something of a group was granted."""

    shown_as = "once"
    refuses = True

    def takes(self, run: Run, at: IntArray | slice) -> IntArray:
        answers = run.answers
        return ((answers.granted if self.scope.by_subject else answers.amount)[at] > 0).astype(np.int64)

    def relevant(self, run: Run, at: IntArray | slice, found: IntArray) -> IntArray:
        return np.minimum(found, 1)

    @property
    def most(self) -> int:
        return 1


OnceLimit.columns = OnceColumns
