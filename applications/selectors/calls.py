"""A draft and its call: whether it is still open, and where else the draft can go on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from applications.enums import ClaimStatus
from applications.selectors.problems import closed_words
from policies.calls.enums import Phase
from policies.calls.selectors import calls_of_item, upcoming_calls

if TYPE_CHECKING:
    from datetime import datetime

    from applications.models import Claim
    from policies.calls.models import Call


@dataclass(frozen=True, slots=True)
class CallSituation:
    """The claim's call; for a draft whose call is over: in which words, which others are open, and which opens next."""

    call: Call | None
    words: str = ""
    others: list[Call] = field(default_factory=list)
    coming: Call | None = None

    @property
    def is_over(self) -> bool:
        """Whether the draft cannot be submitted in its call."""
        return bool(self.words)


def call_situation(claim: Claim, *, at: datetime) -> CallSituation:
    """Where a claim stands with its call at a moment. No query while its call is open, two for a draft left behind."""
    call = claim.call
    if claim.status != ClaimStatus.DRAFT or (call is not None and call.phase_at(at) == Phase.OPEN):
        return CallSituation(call)
    others = calls_of_item(claim.item, at=at, region_code=claim.region_id)
    coming = None if others else upcoming_calls(at, region_code=claim.region_id).get(claim.item.code)
    return CallSituation(call, closed_words(call, at=at), others, coming)
