"""The page on which a person subscribes, and the feed that their calendar reads."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.access import access, public, signed_in
from portal.calendars.models import Feed
from portal.calendars.services import calendar_of, feed_of, make_feed, revoke_feed
from portal.core.http import act_of, user_of
from portal.core.icalendar import MEDIA_TYPE


@access(signed_in)
@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request: HttpRequest) -> HttpResponse:
    """Subscribe, or end the subscription; the secret address is shown this once."""
    address = ""
    if request.method == "POST":
        if request.POST.get("action") == "revoke":
            if revoke_feed(act=act_of(request)):
                messages.success(request, "日历订阅已停用，原地址立即失效。")
            return redirect("calendars:subscription")
        address = f"{settings.PUBLIC_URL}{reverse('calendars:feed', args=[make_feed(act=act_of(request))])}"
    feed = Feed.objects.visible_to(user_of(request)).filter(revoked_at=None).first()
    webcal = f"webcal://{address.partition('://')[2]}" if address else ""
    context = {"feed": feed, "address": address, "webcal": webcal}
    response = render(request, "calendars/subscription.html", context)
    response["Cache-Control"] = "no-store"
    return response


@access(public)
@require_safe
def feed(_request: HttpRequest, secret: str) -> HttpResponse:
    """The days of whoever's address it is; 404 for a revoked one."""
    found = feed_of(secret)
    if found is None:
        raise Http404
    headers = {"Content-Type": MEDIA_TYPE, "Cache-Control": "private, max-age=3600", "X-Robots-Tag": "noindex"}
    return HttpResponse(calendar_of(found), headers=headers)
