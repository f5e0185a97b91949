"""The most that may be supported, line by line, from what the engine answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from applications.selectors.problems import line_states
from applications.selectors.scope import item_of
from applications.services.assessment import build_question
from policies.engine import assess
from policies.selectors import catalogue_for
from portal.money import ZERO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from applications.models import Claim, ClaimLine

PAYABLE = "payable"


@dataclass(frozen=True)
class Ceilings:
    """What the engine lets a claim have: `total` and `lines` (by their number, from 1) in yuan, and its answer."""

    outcome: str
    total: Decimal
    lines: dict[int, Decimal]
    answer: Mapping[str, Any] = field(repr=False)

    @property
    def is_payable(self) -> bool:
        return self.outcome == PAYABLE and self.total > 0

    def of_lines(self, lines: Sequence[ClaimLine]) -> dict[int, Decimal]:
        """The ceilings by the lines' pk; `lines` are all of the claim's, in their order."""
        return {line.pk: self.lines.get(number, ZERO) for number, line in enumerate(lines, start=1)}

    @property
    def reasons(self) -> list[str]:
        """Why nothing, or not more, is payable: the engine's own words."""
        return [reason["text"] for reason in self.answer.get("reasons", [])]


def read_ceilings(answer: Mapping[str, Any]) -> Ceilings:
    """The ceilings in a stored answer.

    Where a cap over the whole claim leaves less than the lines add up to, the last lines bear it, so that the lines
    always add up to the claim's ceiling.
    """
    total = Decimal(answer["amount"]) if answer.get("outcome") == PAYABLE and answer.get("amount") else ZERO
    left = total
    lines: dict[int, Decimal] = {}
    for line in answer.get("lines", []):
        mine = min(Decimal(line["amount"] or "0.00"), left)
        lines[line["line"]] = mine
        left -= mine
    return Ceilings(answer.get("outcome", ""), total, lines, answer)


def preview_ceilings(claim: Claim, *, unmet: Sequence[str] = ()) -> Ceilings:
    """What the engine answers now, with today's ledger and without the conditions found unmet; kept nowhere."""
    item = item_of(claim)
    question = build_question(
        claim, item, line_states(claim, item), on=timezone.localdate(claim.submitted_at), unmet=unmet
    )
    return read_ceilings(assess(catalogue_for(claim.version), question).as_dict())
