"""Where somebody wanted to go before signing up and registering, kept in the browser in a signed cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

_COOKIE = "wanted"
_SALT = "portal.wishes"
_SECONDS = 7 * 24 * 60 * 60


def remember(response: HttpResponseBase, request: HttpRequest) -> HttpResponseBase:
    """Keep the address of this request, one that can be read, and give the response back."""
    response.set_signed_cookie(
        _COOKIE,
        request.get_full_path(),
        salt=_SALT,
        max_age=_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def wanted(request: HttpRequest) -> str:
    """The kept address, "" where there is none that is ours and not too old."""
    return request.get_signed_cookie(_COOKIE, default="", salt=_SALT, max_age=_SECONDS) or ""


def go_on(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """Go to the kept address, which is forgotten then, or else to another."""
    response = redirect(wanted(request) or otherwise)
    response.delete_cookie(_COOKIE)
    return response


def safe_next(request: HttpRequest) -> str:
    """The address that `next=` names, where it is one of this site; "" otherwise."""
    given = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(given, {request.get_host()}, require_https=request.is_secure())
    return given if is_ours and given.startswith("/") else ""
