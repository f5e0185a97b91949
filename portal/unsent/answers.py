"""The answer to a request that came too late: words, a way back, and what was typed."""

import json
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from portal.unsent.marks import PageMark, page_of, read_mark
from portal.unsent.reasons import Reason, reason_for
from portal.unsent.services import content_of, keep


def too_late(request: HttpRequest, reason: Reason, mark: PageMark | None) -> HttpResponse:
    """Refuse a request whose page lost its session, keeping what it brought for the page's own person.

    A part of a page (htmx) gets a line of text that replaces nothing and the event `portal:session-lost`; a program of
    the page gets JSON; everybody else a page with a way to sign in and go on.
    """
    said = {"reason": reason.value, "title": reason.label, "text": reason.text, "sign_in": sign_in_url("")}
    if "HX-Request" in request.headers:
        response = HttpResponse(f"{reason.label}：{reason.text}", status=reason.status, content_type="text/plain")
        response["HX-Trigger"] = json.dumps({"portal:session-lost": said})
        response["HX-Reswap"] = "none"
    elif not request.accepts("text/html"):
        response = JsonResponse(said, status=reason.status)
    else:
        response = _page(request, reason, mark)
    response["Cache-Control"] = "no-store"
    return response


def _page(request: HttpRequest, reason: Reason, mark: PageMark | None) -> HttpResponse:
    content = content_of(request)
    kept = keep(mark, address=request.get_full_path(), content=content, at=timezone.now())
    back = page_of(request)
    is_own = reason != Reason.OTHER_PERSON
    context = {
        "reason": reason,
        "kept": kept,
        # Somebody else's words are shown to nobody.
        "content": content if is_own else None,
        "sign_in": sign_in_url(reverse("unsent:form", args=[kept.key]) if kept else back),
        "back": back,
    }
    return render(request, "unsent/too_late.html", context, status=reason.status)


def sign_in_url(wanted: str) -> str:
    """Where to sign in, and from there to a page that can be opened; without one, to a page that says so."""
    return f"{reverse('account_login')}?{urlencode({'next': wanted or reverse('unsent:signed_in')})}"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's own words
    """What Django shows where a form's token is not the browser's: the page is older than the last sign-in."""
    mark = read_mark(request)
    lost = reason_for(request, mark)
    # A stranger's page (signing in itself, the finder) needs nobody to be signed in: it is only old.
    if lost in (None, Reason.STRANGER):
        lost = Reason.STALE_PAGE
    return too_late(request, lost, mark)
