"""So many subsidies for one applicant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policies.engine.limits.base import Ceiling, Limit
from policies.engine.scopes import APPLICANT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policies.engine.assessment import BucketUse
    from policies.engine.context import Context
    from policies.engine.model import Content
    from policies.engine.trace import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesLimit(Limit):
    """So many subsidies. `by_line` counts the lines of this claim too; otherwise a claim is one decision."""

    count: int
    by_line: bool
    note: Note
    cut: Note

    def ceiling(self, uses: Iterable[BucketUse]) -> Ceiling:
        """The number of times."""
        del uses
        return Ceiling(times=self.count)

    def times_taken(self, lines: int) -> int:
        """Each paid line where lines count, else the claim."""
        return lines if self.by_line else 1


def times_limit(spec: Content, context: Context, *, item_id: str) -> TimesLimit:
    """Compile a number of times."""
    count = spec["count"]
    return TimesLimit(
        code=spec["code"],
        scope=APPLICANT,
        base=spec.get("group") or item_id,
        asks="times",
        count=count,
        by_line=spec["tally"] == "lines",
        note=context.note(
            spec["code"],
            lambda figures: f"依据 {context.citation}：同一主体最多支持 {count} 次，此前已支持 {figures[0]} 次",
            cite=spec.get("cite"),
        ),
        cut=context.note(
            spec["code"],
            lambda figures: f"同一主体最多支持 {count} 次，本次只计 {figures[0]} 项",
            cite=spec.get("cite"),
        ),
    )
