"""A higher tier pays what the lower one has not paid yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from policies.engine.limits.base import Limit
from policies.engine.predicates import money_text
from policies.engine.scopes import APPLICANT

if TYPE_CHECKING:
    from policies.engine.context import Context
    from policies.engine.model import Content
    from policies.engine.trace import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsorbLimit(Limit):
    """A higher tier pays what the lower one has not paid yet."""

    is_entered = False

    item: str
    ledger: str
    note: Note
    unused: Note


def absorb_limit(spec: Content, context: Context) -> AbsorbLimit:
    """Compile the absorption of a lower tier."""

    def words(figures: tuple[Any, ...]) -> str:
        return f"较低档次已获 {money_text(figures[0])}，本档只补差额"

    return AbsorbLimit(
        code=spec["code"],
        scope=APPLICANT,
        base=spec["absorbs"],
        asks=spec["ledger"],
        item=spec["absorbs"],
        ledger=spec["ledger"],
        note=context.note(spec["code"], words, cite=spec.get("cite")),
        unused=context.note(spec["code"], "此前未获较低档次支持，不需扣减", cite=spec.get("cite")),
    )
