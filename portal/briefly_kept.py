"""Public pages that a stranger's browser may show again for a minute without asking (decision 54)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers

# A call that opened or closed, or a rule that was published, is seen after so long at the latest.
SECONDS = 60
View = Callable[..., HttpResponse]


def briefly_kept(view: View) -> View:
    """Let a stranger's browser keep this page for `SECONDS`; who is signed in, or is told something once, asks anew.

    Any change of cookies makes the kept page another one's: signing in or out, other colours, larger type.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if _is_everybodys(request, response):
            patch_cache_control(response, private=True, max_age=SECONDS)
            patch_vary_headers(response, ("Cookie",))
        return response

    return answered


def _is_everybodys(request: HttpRequest, response: HttpResponse) -> bool:
    is_stranger = not request.user.is_authenticated and settings.SESSION_COOKIE_NAME not in request.COOKIES
    is_whole = request.method in ("GET", "HEAD") and "HX-Request" not in request.headers
    return is_stranger and is_whole and response.status_code == 200 and not len(get_messages(request))
