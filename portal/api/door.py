"""The one way into the interface: looks the token up, counts the requests, and declares who may enter.

A session's cookie opens nothing here, so that no other site can have a browser ask in somebody's name.
"""

from __future__ import annotations

from functools import wraps
from time import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from django.http import JsonResponse
from django.utils import timezone

from portal.access import public
from portal.api.selectors import find_token
from portal.api.services import note_use
from portal.core.http import client_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from portal.api.models import ApiToken

WINDOW_SECONDS = 60


def guard(pattern: URLPattern) -> None:
    """Put the door before a view of the interface.

    Everybody may knock: what needs a token asks for it by itself, and answers 401 without.
    """
    view: Callable[..., HttpResponse] = pattern.callback

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        token = _token_of(request)
        wait = _seconds_to_wait(request, token)
        if wait:
            return _with_headers(_too_many(wait))
        if token is not None:
            note_use(token, on=timezone.localdate())
            request.token_user = token.user  # type: ignore[attr-defined]
        return _with_headers(view(request, *args, **kwargs))

    guarded.access_rule = public  # type: ignore[attr-defined]
    pattern.callback = guarded


def _token_of(request: HttpRequest) -> ApiToken | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return find_token(secret) if scheme.lower() == "bearer" and secret else None


def _seconds_to_wait(request: HttpRequest, token: ApiToken | None) -> int:
    """Count the request; 0 where it may pass, else how long until the next minute. A false token counts by address."""
    who = f"token-{token.pk}" if token else f"address-{client_address(request)}"
    limit = settings.API_REQUESTS_PER_MINUTE if token else settings.API_ANONYMOUS_REQUESTS_PER_MINUTE
    now = time()
    key = f"api:{who}:{int(now // WINDOW_SECONDS)}"
    cache.add(key, 0, WINDOW_SECONDS * 2)
    try:
        count = cache.incr(key)
    except ValueError:
        # The cache dropped the count between the two calls: it begins anew.
        count = 1
    return 0 if count <= limit else WINDOW_SECONDS - int(now % WINDOW_SECONDS)


def _too_many(wait: int) -> HttpResponse:
    answer = JsonResponse({"error": f"请求过于频繁，请在 {wait} 秒后再试。", "field": ""}, status=429)
    answer.headers["Retry-After"] = str(wait)
    return answer


def _with_headers(answer: HttpResponse) -> HttpResponse:
    answer.headers["Cache-Control"] = "no-store"
    return answer
