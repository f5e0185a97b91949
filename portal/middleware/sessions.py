"""How long a session lasts: an idle and an absolute limit, shorter for officials; and when it was last used."""

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

NOTED_EVERY_SECONDS = 60
NOTED_AT = "activity_noted_at"
BEGAN_AT = "session_began_at"


class SessionLimitsMiddleware:
    """End a session that was idle, or lasted, too long; and write its last use, at most once a minute.

    The sign-in package's own middleware writes at every request: a reader of one page would take SQLite's only write
    lock, and every page would cost five queries more.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            session = request.session
            if reason := ended(request, now=now):
                logout(request)
                messages.info(request, reason)
            elif now - session.get(NOTED_AT, 0) >= NOTED_EVERY_SECONDS:
                session.setdefault(BEGAN_AT, now)
                session[NOTED_AT] = now
                UserSession.objects.create_from_request(request)
        return self.get_response(request)


def ended(request: HttpRequest, *, now: int) -> str:
    """Why the session of who is signed in has ended, in words; empty where it has not."""
    official = request.user.is_authenticated and request.user.reads_others_papers
    idle, longest = settings.OFFICIAL_SESSION_SECONDS if official else settings.APPLICANT_SESSION_SECONDS
    if now - request.session.get(NOTED_AT, now) > idle:
        return f"您已有 {idle // 60} 分钟以上没有操作，为安全起见已自动退出，请重新登录。"
    if now - request.session.get(BEGAN_AT, now) > longest:
        return f"本次登录已满 {longest // 3600} 小时，请重新登录。"
    return ""
