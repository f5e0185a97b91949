"""First come, first served: a place of the year goes to nobody as long as an earlier claim may still take it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count as CountOf

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.claims.services.assessment import Ranked
from applications.ledger.selectors import Balance, balances
from policies.calls.enums import Shortage
from policies.engine.limits.count import Count
from policies.published.selectors import compiled_item
from review.decisions.enums import Conclusion, Stage
from review.decisions.selectors.selection import (
    Standing,
    competing,
    is_before_panel,
    place_key,
    places_in,
    selection_of,
    standings,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_NAMED = 5


def place_problem(claim: Claim, stage: Stage, conclusion: Conclusion) -> str:
    """Which earlier claims have to be decided first, as the places may not suffice for them and this one; "" for none.

    Where a panel ranks the claims, or the call goes by scores, the order of filing says nothing. Where the document
    selects by score, who has no place is not supported.
    """
    if (stage, conclusion) != (Stage.FINAL, Conclusion.SUPPORT) or claim.submitted_at is None:
        return ""
    if is_before_panel(claim):
        return ""
    item = compiled_item(claim.version)
    if selection_of(item) is not None:
        return _selection_problem(standings([claim], {claim.pk: item}).get(claim.pk))
    limit = places_in(item)
    if (claim.call and claim.call.when_short == Shortage.RANK) or not isinstance(limit, Count):
        return ""
    before = competing(claim, limit).filter(submitted_at__lt=claim.submitted_at).exclude(pk=claim.pk)
    earlier = list(before.annotate(line_count=CountOf("lines")))
    key = place_key(claim, item, limit)
    free = limit.count - balances([key]).get(key, Balance()).times
    wanted = _places(limit, claim, earlier)
    if earlier and 0 < free < wanted:
        named = "、".join(other.number or "" for other in earlier[:_MOST_NAMED])
        more = f"等 {len(earlier)} 件" if len(earlier) > _MOST_NAMED else ""
        return f"名额按提交先后安排，尚余 {free} 个，请先审定提交在先的申报：{named}{more}。"
    return ""


def place_of(claim: Claim) -> Ranked | None:
    """The place that a claim before the final decision has by its score; what the engine takes as its rank."""
    if claim.status != ClaimStatus.FINAL_DECISION or is_before_panel(claim):
        return None
    item = compiled_item(claim.version)
    standing = standings([claim], {claim.pk: item}).get(claim.pk)
    return Ranked(standing.place, standing.ranked) if standing else None


def _selection_problem(standing: Standing | None) -> str:
    if standing is None:
        return ""
    if standing.waiting:
        return f"名额按得分择优，尚有 {standing.waiting} 件参加排名的申报没有得分，请先登记得分。"
    return "" if standing.passes else f"{standing.words}，不能支持。"


def _places(limit: Count, claim: Claim, earlier: Sequence[Claim]) -> int:
    """How many places the earlier claims and this one may take."""
    if limit.tally == "lines":
        return sum(other.line_count for other in earlier) + claim.lines.count()  # type: ignore[attr-defined]
    return len({claim.applicant_id, *(other.applicant_id for other in earlier)})
