"""Note when a session was last used, without writing on every request."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

NOTED_EVERY_SECONDS = 60
NOTED_AT = "activity_noted_at"


class SessionActivityMiddleware:
    """Write a session's last use at most once a minute.

    The sign-in package's own middleware writes at every request: a reader of one page would take SQLite's only write
    lock, and every page would cost five queries more.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            if now - request.session.get(NOTED_AT, 0) >= NOTED_EVERY_SECONDS:
                request.session[NOTED_AT] = now
                UserSession.objects.create_from_request(request)
        return self.get_response(request)
