"""Answer what a filter that cannot be understood leaves undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from portal.core.filters import FilterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class FilterMiddleware:
    """Show the form to correct instead of a list, with status 400."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, FilterError):
            return None
        context = {"message": str(exception), "form": exception.form}
        return render(request, "portal/filter_error.html", context, status=400)
