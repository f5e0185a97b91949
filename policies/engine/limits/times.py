"""`count` per applicant: so many subsidies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policies.engine.assessment import BucketUse
from policies.engine.limits.counted import Counted, CountedLimit
from policies.engine.scopes import APPLICANT, PROGRAMME_YEAR, SCOPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from policies.engine.context import Context
    from policies.engine.line import Line
    from policies.engine.operations.base import Wording
    from policies.engine.part import Part
    from policies.engine.trace import Note


@dataclass(frozen=True, kw_only=True)
class Times(Counted):
    """One applicant gets at most `count` subsidies."""

    counts_over = APPLICANT
    tallies = ("paid", "lines")
    figure = "同一主体最多次数"

    @classmethod
    def matches(cls, content: Mapping[str, Any]) -> bool:
        return cls.kind in content and SCOPES.get(tuple(content["per"])) is not PROGRAMME_YEAR

    def compile(self, context: Context, *, item_id: str) -> TimesLimit:
        count = self.count
        return TimesLimit(
            code=self.code,
            scope=APPLICANT,
            base=self.group or item_id,
            asks="times",
            count=count,
            by_line=self.tally == "lines",
            note=context.note(
                self.code,
                lambda figures: f"依据 {context.citation}：同一主体最多支持 {count} 次，此前已支持 {figures[0]} 次",
                cite=self.cite,
            ),
            cut=context.note(
                self.code,
                lambda figures: f"同一主体最多支持 {count} 次，本次只计 {figures[0]} 项",
                cite=self.cite,
            ),
        )

    def sentence(self) -> str:
        return f"同一主体最多支持 {self.count} 次"

    def short_name(self) -> str:
        return "次数上限"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield f"同一主体最多 {self.count} 次"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesLimit(CountedLimit):
    """A compiled number of times; `cut` says how many lines of a claim still count."""

    cut: Note

    def cut_short(self, line: Line, count: int) -> None:
        """Note that only `count` of a line's equal ones count."""
        if count:
            line.note(self.cut, (count,))
        else:
            line.reasons.append((self.cut, (count,)))


def times_uses(parts: Sequence[Part]) -> Iterator[BucketUse]:
    """How many times each item of a claim takes, where their number is limited."""
    for run in parts:
        times = run.program.times
        if times is not None and run.sum:
            used = times.times_taken(sum(1 for line in run.lines if line.amount))
            group = f"{run.program.item.id}:{times.code}"
            yield BucketUse(times.code, group, APPLICANT.per, None, None, used, times.count, "count")
