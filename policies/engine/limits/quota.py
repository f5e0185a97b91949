"""`count` per programme and year: so many places, for the whole city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policies.engine.limits.counted import Counted, CountedLimit
from policies.engine.scopes import PROGRAMME_YEAR, SCOPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from policies.engine.context import Context
    from policies.engine.line import Line
    from policies.engine.operations.base import Wording
    from policies.engine.part import Part
    from policies.engine.trace import Note


@dataclass(frozen=True, kw_only=True)
class Quota(Counted):
    """There are `count` places a year, taken in order of rank."""

    counts_over = PROGRAMME_YEAR
    tallies = ("lines", "applicants")
    figure = "每年名额"

    @classmethod
    def matches(cls, content: Mapping[str, Any]) -> bool:
        return cls.kind in content and SCOPES.get(tuple(content["per"])) is PROGRAMME_YEAR

    def compile(self, context: Context, *, item_id: str) -> QuotaLimit:
        count = self.count
        return QuotaLimit(
            code=self.code,
            scope=PROGRAMME_YEAR,
            base=self.group or item_id,
            count=count,
            group=self.group or f"{item_id}:{self.code}",
            by_line=self.tally == "lines",
            note=context.note(
                self.code,
                lambda figures: f"依据 {context.citation}：每年不超过 {count} 个名额，排名第 {figures[0]}，不在名额内",
                cite=self.cite,
            ),
            kept=context.note(
                self.code,
                lambda figures: f"每年不超过 {count} 个名额，排名第 {figures[0]}，在名额内",
                cite=self.cite,
            ),
        )

    def sentence(self) -> str:
        return f"每年不超过 {self.count} 个名额"

    def short_name(self) -> str:
        return "每年名额"

    def bounds(self, words: Wording) -> Iterator[str]:
        yield f"全市每年 {self.count} 个名额"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLimit(CountedLimit):
    """Compiled places of a `group`. `by_line`: each line takes a place; else the applicant does."""

    group: str
    kept: Note

    def place(self, run: Part, line: Line, count: int, places: dict[str, int]) -> int:
        """How many of a line's `count` equal ones get a place; `places` has the next rank of each group."""
        rank = places.get(self.group, run.asked.rank or 1)
        if not self.by_line:
            if rank > self.count:
                line.reasons.append((self.note, (rank,)))
                return 0
            line.note(self.kept, (rank,), applied=False)
            return count
        kept = max(min(count, self.count - rank + 1), 0)
        places[self.group] = rank + count
        if kept == count:
            line.note(self.kept, (rank + count - 1,), applied=False)
        elif kept:
            line.note(self.note, (rank + kept,))
        else:
            line.reasons.append((self.note, (rank,)))
        return kept
