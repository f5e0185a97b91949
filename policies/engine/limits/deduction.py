"""Limits that only read what was had before, and take it off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from policies.engine.limits.base import CompiledLimit, LimitColumns

if TYPE_CHECKING:
    from policies.engine.batch.answers import Work
    from policies.engine.part import Part
    from policies.engine.pool import Pool
    from policies.engine.scopes import Scope
    from policies.engine.trace import Entry, Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduction(CompiledLimit):
    """A compiled limit that takes off what `ledger` says was had before, and enters nothing itself.

    `note` tells what was taken off, with its fen; `unused` that there was nothing.
    """

    is_entered = False

    ledger: str
    note: Note
    unused: Note

    def had(self, claim: Pool, part: Part) -> int:
        """Fen that were had before."""
        del claim
        return int(part.asked.paid.sums[self.ledger])

    def take_off(self, claim: Pool, part: Part, had: int) -> None:
        """Take these fen off the item's sum."""
        del claim
        part.take_off(had)

    def deduct(self, claim: Pool, part: Part) -> Entry | None:
        fen = part.sum
        if not fen:
            return None
        had = self.had(claim, part)
        if not had:
            return (self.unused, (), fen, False, 0)
        self.take_off(claim, part, had)
        if not part.sum:
            part.reasons.append((self.note, (had,), 0))
        return (self.note, (had,), part.sum, True, 0)

    def reads(self, item_id: str) -> tuple[str, Scope | None, str]:
        del item_id
        return self.ledger, self.scope, self.base


class DeductionColumns(LimitColumns):
    """What was had before, taken off the claims' sums."""

    limit: Any

    def deduct(self, work: Work) -> None:
        work.take_off_paid(self.limit.ledger, self.limit.code)
