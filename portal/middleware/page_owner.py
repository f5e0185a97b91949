"""Refuse what a page sends once another person is signed in, and say in words what a refused method means."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.unsent.answers import too_late
from portal.unsent.marks import page_of, read_mark
from portal.unsent.reasons import Reason, reason_for
from portal.unsent.services import FIELD_OF_KEPT, let_go

_READING = ("GET", "HEAD", "OPTIONS", "TRACE")
# What a form answers when it has read what came, and shows it again with what is wrong.
_TAKEN = (409, 422)


class PageOwnerMiddleware:
    """Let nobody save into a page that was made for somebody else; runs after the check of the form's token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content and request.accepts("text/html"):
            said = render(request, "405.html", {"back": page_of(request)}, status=405)
            said["Allow"] = response["Allow"]
            return said
        if request.method == "POST" and (response.status_code < 400 or response.status_code in _TAKEN):
            key = request.POST.get(FIELD_OF_KEPT)
            if key and request.user.is_authenticated:
                let_go(request.user, key)
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> HttpResponse | None:
        # The interface for programs has no pages, and reads its bodies itself.
        if request.method in _READING or getattr(view, "csrf_exempt", False) or not request.user.is_authenticated:
            return None
        mark = read_mark(request)
        if reason_for(request, mark) == Reason.OTHER_PERSON:
            return too_late(request, Reason.OTHER_PERSON, mark)
        return None
