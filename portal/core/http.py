"""What views take from a request and hand on."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from portal.accounts.models import User
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.core.printable import not_to_be_typed
from portal.core.text import visible

View = TypeVar("View", bound="Callable[..., HttpResponseBase]")


def takes_files(view: View) -> View:
    """Declare that a view takes files: its requests may be as large as UPLOAD_BODY_MAX_BYTES."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def act_of(request: HttpRequest) -> ActorContext:
    """Who acts through this request: its user, now, from its address."""
    user = request.user if request.user.is_authenticated else None
    return ActorContext(user=user, at=timezone.now(), address=client_address(request))


def typed(request: HttpRequest, name: str = "reason", *, most: int, label: str = "理由") -> str:
    """The text of a field that stands without a form; nothing is cut off.

    Raises RefusedError for more than `most` characters, and for one that no paper could print.
    """
    text = visible(request.POST.get(name, "")).strip()
    if len(text) > most:
        raise RefusedError(f"{label}最多 {most} 字，现为 {len(text)} 字，请缩短。", name)
    if wrong := not_to_be_typed(text):
        raise RefusedError(f"{label}：{wrong}", name)
    return text


# How long a request may have lain between the proxy and its thread.
_LONGEST_WAIT = timedelta(seconds=60)
_ARRIVAL = re.compile(r"t=(\d{10}\.\d{3})")


def arrived_at(request: HttpRequest) -> datetime:
    """When a request reached the proxy, which says so in `X-Request-Start`; without PROXY_STAMPS_ARRIVAL, now.

    What is handed in before a deadline is in time, however long it waits for a thread of a busy server.
    """
    now = timezone.now()
    stamp = _ARRIVAL.fullmatch(request.headers.get("X-Request-Start", ""))
    if not settings.PROXY_STAMPS_ARRIVAL or stamp is None:
        return now
    arrived = datetime.fromtimestamp(float(stamp[1]), UTC)
    return arrived if now - _LONGEST_WAIT <= arrived <= now else now


def client_address(request: HttpRequest) -> str:
    """The client's network address; behind our own proxy, the one that the proxy saw.

    The proxy appends what it saw to `X-Forwarded-For`: whatever a client wrote there itself stands before it.
    """
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    seen = [address.strip() for address in request.headers.get("X-Forwarded-For", "").split(",")]
    if proxies and len(seen) >= proxies and seen[-proxies]:
        return seen[-proxies][:45]
    return str(request.META.get("REMOTE_ADDR", ""))


def user_of(request: HttpRequest) -> User:
    """Who is signed in. Raises PermissionDenied for a stranger: only views closed to strangers ask."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user
