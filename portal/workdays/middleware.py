"""Say in words that a year's calendar is missing, wherever a period had to be counted."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.accounts.enums import Role
from portal.workdays.selectors import CalendarUnknownError


class CalendarUnknownMiddleware:
    """Turn a CalendarUnknownError that no view caught into a page with the remedy. Nothing was changed by then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, CalendarUnknownError):
            return None
        may_remedy = request.user.is_authenticated and Role.SYSTEM_ADMIN in request.user.roles
        context = {"year": exception.day.year, "may_remedy": may_remedy}
        return render(request, "workdays/unknown.html", context, status=409)
