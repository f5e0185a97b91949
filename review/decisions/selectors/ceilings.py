"""The most that may be supported, line by line, from what the engine answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import timezone

from applications.claims.models import Assessment, Claim, ClaimLine
from applications.claims.selectors.context import ClaimContext
from applications.claims.services.assessment import build_question, without_decided_sums
from policies.engine import assess, content_hash
from policies.engine.model import Item
from policies.engine.terms import Outcome
from policies.facts.values import DECIDED, takes_decided_sum
from policies.published.selectors import catalogue_for
from portal.core.money import ZERO


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


def preview_ceilings(context: ClaimContext, *, unmet: Sequence[str] = ()) -> Ceilings:
    """What the engine answers now, with today's ledger and without the conditions found unmet; kept nowhere."""
    claim = context.claim
    return _answer(claim, build_question(context, on=timezone.localdate(claim.submitted_at), unmet=unmet))


def _answer(claim: Claim, question: dict[str, Any]) -> Ceilings:
    return read_ceilings(assess(catalogue_for(claim.version), question).as_dict())


@dataclass(frozen=True, slots=True)
class OpenSums:
    """The pks of the lines whose sum the rules leave to people, and the title that is given beside; "" for none."""

    lines: frozenset[int] = frozenset()
    title: str = ""


def open_sums(context: ClaimContext, question: dict[str, Any], *, earlier: Assessment | None) -> OpenSums:
    """Which sums of a question that names none of them are left to people.

    A stored answer to the same question, or to one with officers' sums besides, tells it; the engine is asked only
    where facts, conditions, ledger or version have changed since.
    """
    lines = [state.line for state in context.lines]
    if not takes_decided_sum(context.item):
        return OpenSums()
    is_same = (
        earlier is not None
        and earlier.version_id == context.claim.version_id
        and content_hash(without_decided_sums(earlier.question)) == content_hash(question)
    )
    if earlier is None or not is_same:
        answer = _answer(context.claim, question)
        return OpenSums(answer.open_lines(lines, context.item), answer.title)
    answer = read_ceilings(earlier.answer)
    stated = {line.pk for line, facts in zip(lines, earlier.question["lines"], strict=True) if DECIDED in facts}
    return OpenSums(answer.open_lines(lines, context.item) | stated, answer.title)
