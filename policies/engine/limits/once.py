"""`once`: only one item of a group is paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from policies.engine.limits.base import GROUP, PER, Ceiling, CompiledLimit, Limit
from policies.engine.scopes import APPLICANT, ONE_OF_GROUP, SCOPES
from policies.engine.spec import key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from policies.engine.assessment import BucketUse
    from policies.engine.context import Context
    from policies.engine.line import Line
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
            per=self.per,
            note=context.note(self.code, words, cite=self.cite),
        )

    def sentence(self) -> str:
        return "同一件在同组事项中只支持一次" if SCOPES[self.per].by_subject else "同组事项只支持一次"

    def short_name(self) -> str:
        return "同组只支持一次"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnceLimit(CompiledLimit):
    """A compiled one-off of the items of a `group`."""

    group: str
    per: tuple[str, ...]
    note: Note

    def ceiling(self, uses: Iterable[BucketUse]) -> Ceiling:
        """Once."""
        del uses
        return Ceiling(times=1)


def group_base(group: str) -> str:
    """What the ledger's buckets of a group of items are named by."""
    return f"group:{group}"


def keep_best(parts: Sequence[Part]) -> None:
    """Of several lines of one group only the highest is paid; of equals, the first."""
    best: dict[tuple[str, ...], Line] = {}
    for run in parts:
        once = run.program.once
        if once is None:
            continue
        for line in run.lines:
            if line.amount is None or line.reasons or line.missing:
                continue
            key = (once.group, *(_subject(run, line) if once.per == ("subject",) else ()))
            rival = best.get(key)
            wins = rival is None or (rival.amount or 0) < line.amount
            loser = rival if wins else line
            if wins:
                best[key] = line
            if loser is not None:
                loser.amount = 0
                loser.reasons.append((once.note, ()))


def _subject(run: Part, line: Line) -> tuple[str, ...]:
    """Lines are the same right where they say so; unnamed rights of two items are matched by their place."""
    name = run.program.item.subject
    value = line.facts.get(name) if name else None
    return (str(value),) if value is not None else (f"#{line.number}",)
