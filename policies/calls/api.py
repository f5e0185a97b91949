"""The interface's calls: what can be claimed when. Public."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Query, Router, Schema

from policies.calls.models import Call
from policies.calls.selectors import with_items
from portal.api.contract import Problem

router = Router(tags=["申报通知"])
PAGE_SIZE = 50
Cursor = Annotated[int, Query(ge=1, le=2**63 - 1)]
RegionCode = Annotated[str, Query(pattern=r"^(\d{6})?$")]


class CallItemOut(Schema):
    """One item of a call; null where it has no limit of its own."""

    item: str
    title: str
    budget: Decimal | None
    quota: int | None


class CallOut(Schema):
    """One published call. Windows are half-open: `closes_at` and `facts_to` no longer belong to them; sums are yuan."""

    key: UUID
    number: str
    title: str
    region: str
    phase: str
    opens_at: datetime
    closes_at: datetime
    facts_from: date
    facts_to: date
    budget: Decimal | None
    quota: int | None
    url: str
    items: list[CallItemOut]


class CallPage(Schema):
    """Up to 50 calls, the newest first; `next` is the `before` of the page that follows, null on the last."""

    calls: list[CallOut]
    next: int | None


@router.get("/calls", response={200: CallPage, 422: Problem}, summary="已发布的申报通知，新的在前")
def list_calls(request: HttpRequest, region: RegionCode = "", before: Cursor = 2**63 - 1) -> dict[str, Any]:
    """Calls that were published, the withdrawn among them; of one city by its code."""
    calls = Call.objects.public().filter(pk__lt=before)
    if region:
        calls = calls.filter(region_id=region)
    found = list(with_items(calls).order_by("-pk")[: PAGE_SIZE + 1])
    page, now = found[:PAGE_SIZE], timezone.now()
    return {
        "calls": [_written(call, now) for call in page],
        "next": page[-1].pk if len(found) > PAGE_SIZE else None,
    }


def _written(call: Call, now: datetime) -> dict[str, Any]:
    plain = ("key", "number", "title", "opens_at", "closes_at", "facts_from", "facts_to", "budget", "quota")
    return {name: getattr(call, name) for name in plain} | {
        "region": call.region_id,
        "phase": call.phase_at(now).value,
        "url": f"{settings.PUBLIC_URL}{reverse('calls:call', args=[call.key])}",
        "items": [
            {"item": row.item.code, "title": row.item.title, "budget": row.budget, "quota": row.quota}
            for row in call.items.all()
        ],
    }
