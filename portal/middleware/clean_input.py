"""One entrance for what people send: without characters that nobody sees, and never with half a character."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from portal.core.text import is_unfit_for_address, visible


class CleanInputMiddleware:
    """Refuse an address with control characters (NUL); take out of forms what nobody sees, and of files' names.

    A form's text keeps its line breaks; fields of one line turn them into spaces themselves. Passwords stay as typed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The interface for programs checks each parameter and names it in its own form of errors.
        if not request.path_info.startswith("/api/") and _is_unfit(request):
            return render(request, "400.html", status=400)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> None:
        request.GET = _cleaned(request.GET)  # type: ignore[assignment]
        # The interface for programs reads its bodies itself.
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return
        request.POST = _cleaned(request.POST)  # type: ignore[assignment]
        for files in request.FILES.lists():
            for file in files[1]:
                file.name = visible(file.name or "") or "file"


def _is_unfit(request: HttpRequest) -> bool:
    texts = (text for pair in request.GET.lists() for text in (pair[0], *pair[1]))
    return is_unfit_for_address(request.path_info) or any(map(is_unfit_for_address, texts))


def _cleaned(data: QueryDict) -> QueryDict:
    """The same data with visible texts; itself where there is nothing to take out."""
    if all(text == visible(text) for pair in data.lists() for text in (pair[0], *pair[1])):
        return data
    cleaned = QueryDict(mutable=True, encoding=data.encoding)
    for name, values in data.lists():
        kept = values if "password" in name else [visible(value) for value in values]
        cleaned.setlist(visible(name), kept)
    cleaned._mutable = False  # noqa: SLF001 - a QueryDict has no other way to be closed
    return cleaned
