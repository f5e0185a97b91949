"""The most that may be supported, line by line, from what the engine answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from applications.claims.selectors.problems import line_states
from applications.claims.selectors.scope import item_of
from applications.claims.services.assessment import build_question
from policies.engine import assess
from policies.engine.terms import Outcome
from policies.facts.values import takes_decided_sum
from policies.published.selectors import catalogue_for
from portal.core.money import ZERO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from applications.claims.models import Claim, ClaimLine
    from policies.engine.model import Item


@dataclass(frozen=True)
class Ceilings:
    """What the engine lets a claim have: `total` and `lines` (by their number, from 1) in yuan, and its answer."""

    outcome: str
    total: Decimal
    lines: dict[int, Decimal]
    answer: Mapping[str, Any] = field(repr=False)

    @property
    def is_payable(self) -> bool:
        return self.outcome == Outcome.PAYABLE and self.total > 0

    @property
    def awaits_sum(self) -> bool:
        """Whether the document supports the claim and leaves a sum to people (一事一议)."""
        return self.outcome == Outcome.NO_AMOUNT

    @property
    def is_recognised(self) -> bool:
        """Whether the claim gets a title, and no money unless people decide on some."""
        return self.outcome == Outcome.RECOGNISED

    @property
    def is_supportable(self) -> bool:
        return self.is_payable or self.awaits_sum or self.is_recognised

    @property
    def title(self) -> str:
        """What the claim is recognised as; empty for mere money."""
        return self.answer.get("result") or ""

    def open_lines(self, lines: Sequence[ClaimLine], item: Item) -> frozenset[int]:
        """The pks of those lines whose sum people set: the document names none, or leaves money beside a title open."""
        if not takes_decided_sum(item):
            return frozenset()
        left_open = {
            line["line"]
            for line in self.answer.get("lines", [])
            if line["outcome"] in (Outcome.NO_AMOUNT, Outcome.RECOGNISED)
        }
        return frozenset(line.pk for number, line in enumerate(lines, start=1) if number in left_open)

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
    total = Decimal(answer["amount"]) if answer.get("outcome") == Outcome.PAYABLE and answer.get("amount") else ZERO
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
