"""What views take from a request and hand on."""

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from portal.accounts.models import User
from portal.core.actor import ActorContext

View = TypeVar("View", bound="Callable[..., HttpResponseBase]")


def takes_files(view: View) -> View:
    """Declare that a view takes files: its requests may be as large as UPLOAD_BODY_MAX_BYTES."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def act_of(request: HttpRequest) -> ActorContext:
    """Who acts through this request: its user, now, from its address."""
    user = request.user if request.user.is_authenticated else None
    return ActorContext(user=user, at=timezone.now(), address=client_address(request))


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
