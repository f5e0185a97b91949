"""So many places a year, for the whole city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policies.engine.limits.base import Ceiling, Limit
from policies.engine.scopes import PROGRAMME_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policies.engine.assessment import BucketUse
    from policies.engine.context import Context
    from policies.engine.model import Content
    from policies.engine.trace import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLimit(Limit):
    """So many places a year, taken in order of rank. `by_line`: each line takes a place; else the applicant does."""

    count: int
    group: str
    by_line: bool
    note: Note
    kept: Note

    def ceiling(self, uses: Iterable[BucketUse]) -> Ceiling:
        """The number of places."""
        del uses
        return Ceiling(times=self.count)

    def times_taken(self, lines: int) -> int:
        """Each paid line takes a place where lines count, else the claim does."""
        return lines if self.by_line else 1


def quota_limit(spec: Content, context: Context, *, item_id: str) -> QuotaLimit:
    """Compile a number of places."""
    count, group = spec["count"], spec.get("group")
    return QuotaLimit(
        code=spec["code"],
        scope=PROGRAMME_YEAR,
        base=group or item_id,
        count=count,
        group=group or f"{item_id}:{spec['code']}",
        by_line=spec["tally"] == "lines",
        note=context.note(
            spec["code"],
            lambda figures: f"依据 {context.citation}：每年不超过 {count} 个名额，排名第 {figures[0]}，不在名额内",
            cite=spec.get("cite"),
        ),
        kept=context.note(
            spec["code"],
            lambda figures: f"每年不超过 {count} 个名额，排名第 {figures[0]}，在名额内",
            cite=spec.get("cite"),
        ),
    )
