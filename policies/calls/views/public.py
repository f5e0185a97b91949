"""The calls as everybody sees them: list and month, a call's page, its files, and windows for one's own calendar."""

import uuid
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from policies.calls import selectors
from policies.calls.calendar import WEEKDAYS, bounds_of, month_of, read_month
from policies.calls.enums import Phase
from policies.calls.ics import calendar_file
from policies.calls.models import Call, CallAttachment
from policies.calls.permissions import administers
from policies.published.selectors import COMPUTED_KINDS
from portal.access import access, public
from portal.briefly_kept import briefly_kept
from portal.core.files import file_response
from portal.core.filters import choice_of
from portal.core.icalendar import MEDIA_TYPE


@access(public)
@require_safe
@briefly_kept
def calls(request: HttpRequest) -> HttpResponse:
    """What is open, what is coming, what is over; and a month of openings and closes."""
    now = timezone.now()
    today = timezone.localdate(now)
    cities = selectors.cities_with_calls()
    region = choice_of(request, "region", {city.pk for city in cities})
    current = selectors.current_calls(now, region_code=region)
    first = read_month(request.GET.get("month", ""), today=today)
    begin, end = bounds_of(first)
    context = {
        "open": [call for call in current if call.phase_at(now) == Phase.OPEN],
        "coming": [call for call in current if call.phase_at(now) == Phase.UPCOMING],
        "page": selectors.past_calls(now, region_code=region, after=request.GET.get("after", "")),
        "month": month_of(first, selectors.calls_between(begin, end, region_code=region), today=today),
        "weekdays": WEEKDAYS,
        "cities": [(city.pk, city.name) for city in cities] if len(cities) > 1 else [],
        "region": region,
    }
    return render(request, "calls/list.html", context)


@access(public)
@require_safe
@briefly_kept
def call(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One published call, with what was changed since."""
    found = get_object_or_404(selectors.with_items(Call.objects.public()), key=key)
    return render(request, "calls/call.html", context_of(request, found))


def context_of(request: HttpRequest, call: Call) -> dict[str, object]:
    """What a call's page shows, published or as a preview."""
    user = request.user if request.user.is_authenticated else None
    return {
        "call": call,
        # What has a sum of its own, as most people look for it, before what officers decide.
        "items": sorted(call.items.all(), key=lambda row: row.item.kind not in COMPUTED_KINDS),
        "phase": call.phase,
        "attachments": call.attachments.select_related("item"),
        "changes": call.changes.all(),
        "is_mine": administers(user, call.region_id),
        "may_claim": call.phase == Phase.OPEN and not (user and user.is_official),
        "has_item_limits": any(row.budget is not None or row.quota is not None for row in call.items.all()),
    }


@access(public)
@require_safe
def attachment(_request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """One file of a published call, to keep."""
    files = CallAttachment.objects.filter(call__in=Call.objects.public())
    return send_attachment(get_object_or_404(files, key=key))


def send_attachment(found: CallAttachment) -> FileResponse:
    """The file's bytes, never shown in place. 404 where they are gone."""
    return file_response(found.path, sha256=found.sha256, filename=found.filename, media_type=found.media_type)


@access(public)
@require_safe
def calendar(_request: HttpRequest) -> HttpResponse:
    """The windows of all calls that are not long over, to subscribe to."""
    return _calendar_response(selectors.calls_for_calendars(timezone.now()), "申报日历.ics")


@access(public)
@require_safe
def call_calendar(_request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One call's window."""
    found = get_object_or_404(Call.objects.public(), key=key)
    return _calendar_response([found], "申报时间.ics")


def _calendar_response(calls: Sequence[Call], filename: str) -> HttpResponse:
    urls = {call.pk: f"{settings.PUBLIC_URL}{reverse('calls:call', args=[call.key])}" for call in calls}
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return HttpResponse(
        calendar_file(calls, host=host, urls=urls),
        headers={
            "Content-Type": MEDIA_TYPE,
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=filename) or "attachment",
        },
    )
