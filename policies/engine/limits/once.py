"""Only one item of a group is paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policies.engine.limits.base import Ceiling, Limit
from policies.engine.scopes import APPLICANT, ONE_OF_GROUP, SCOPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policies.engine.assessment import BucketUse
    from policies.engine.context import Context
    from policies.engine.model import Content
    from policies.engine.trace import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class OnceLimit(Limit):
    """Only one item of a group is paid to one applicant (or for one subject)."""

    group: str
    per: tuple[str, ...]
    note: Note

    def ceiling(self, uses: Iterable[BucketUse]) -> Ceiling:
        """Once."""
        del uses
        return Ceiling(times=1)


def once_limit(spec: Content, context: Context) -> OnceLimit:
    """Compile a one-off of a group of items."""
    words = f"依据 {context.citation}：同组事项只支持一次，此前或本次已有支持"
    scope = SCOPES[tuple(spec["per"])]
    return OnceLimit(
        code=spec["code"],
        scope=ONE_OF_GROUP if scope is APPLICANT else scope,
        base=group_base(spec["once"]),
        asks=ONE_OF_GROUP.ledger,
        group=spec["once"],
        per=tuple(spec["per"]),
        note=context.note(spec["code"], words, cite=spec.get("cite")),
    )


def group_base(group: str) -> str:
    """What the buckets of a group of items are named by."""
    return f"group:{group}"
