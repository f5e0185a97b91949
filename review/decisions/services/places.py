"""First come, first served: a place of the year goes to nobody as long as an earlier claim may still take it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count as CountOf
from django.utils import timezone

from applications.claims.models import Claim
from applications.ledger.keys import bucket_key
from applications.ledger.selectors import Balance, balances, party_of
from policies.calls.enums import Shortage
from policies.engine.buckets import Bucket
from policies.engine.guards import chosen
from policies.engine.limits.count import Count
from policies.engine.limits.registry import read_limits
from policies.published.selectors import compiled_item, published_catalogue
from review.decisions.enums import Conclusion, Stage
from review.decisions.services.scores import UNDECIDED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

_PANEL = "panel"
_MOST_NAMED = 5


def place_problem(claim: Claim, stage: Stage, conclusion: Conclusion) -> str:
    """Which earlier claims have to be decided first, as the places may not suffice for them and this one; "" for none.

    Where a panel ranks the claims, or the call goes by scores, the order of filing says nothing.
    """
    if (stage, conclusion) != (Stage.FINAL, Conclusion.SUPPORT) or claim.submitted_at is None:
        return ""
    if _PANEL in claim.procedure.departures or (claim.call and claim.call.when_short == Shortage.RANK):
        return ""
    item = compiled_item(claim.version)
    for limit in read_limits(spec for spec in item.limits if chosen(spec, item.defaults)):
        if isinstance(limit, Count) and limit.are_places:
            earlier = list(_earlier(claim, limit))
            bucket = Bucket(limit.scope, limit.group or item.id)
            key = bucket_key(bucket, party_of(claim))
            free = limit.count - balances([key]).get(key, Balance()).times
            wanted = _places(limit, claim, earlier)
            if earlier and 0 < free < wanted:
                named = "、".join(other.number or "" for other in earlier[:_MOST_NAMED])
                more = f"等 {len(earlier)} 件" if len(earlier) > _MOST_NAMED else ""
                return f"名额按提交先后安排，尚余 {free} 个，请先审定提交在先的申报：{named}{more}。"
    return ""


def _earlier(claim: Claim, limit: Count) -> QuerySet[Claim]:
    """The claims before this one that ask for places of the same year and are not decided yet, with their lines."""
    submitted = claim.submitted_at
    assert submitted is not None  # noqa: S101 - its caller looked
    year = timezone.localtime(submitted).year
    begin = timezone.make_aware(datetime(year, 1, 1))  # noqa: DTZ001 - made aware here
    codes = [claim.item.code]
    if limit.group:
        versions = (versions[-1] for versions in published_catalogue().items.values())
        codes += [one.id for one in versions if any(spec.get("group") == limit.group for spec in one.limits)]
    where = {"region_id": claim.region_id} if "district" in limit.per else {"city_id": claim.city_id}
    found = Claim.objects.filter(
        item__code__in=codes, status__in=UNDECIDED, submitted_at__gte=begin, submitted_at__lt=submitted, **where
    )
    return found.exclude(pk=claim.pk).annotate(line_count=CountOf("lines")).order_by("submitted_at", "pk")


def _places(limit: Count, claim: Claim, earlier: Sequence[Claim]) -> int:
    """How many places the earlier claims and this one may take."""
    if limit.tally == "lines":
        return sum(other.line_count for other in earlier) + claim.lines.count()  # type: ignore[attr-defined]
    return len({claim.applicant_id, *(other.applicant_id for other in earlier)})
