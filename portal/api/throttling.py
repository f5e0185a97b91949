"""How often may be asked: requests counted by the minute in the cache that all processes share."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from ninja.throttling import BaseThrottle

from portal.api.auth import token_of
from portal.core.http import client_address

if TYPE_CHECKING:
    from django.http import HttpRequest

WINDOW_SECONDS = 60


class MinuteThrottle(BaseThrottle):
    """Counts the requests of a token, and those without a right one by their address, in whole minutes.

    The limits are the settings API_REQUESTS_PER_MINUTE and API_ANONYMOUS_REQUESTS_PER_MINUTE. Counting is atomic: the
    package's own counters lose requests that come at the same moment.
    """

    def allow_request(self, request: HttpRequest) -> bool:
        token = token_of(request)
        who = f"token-{token.pk}" if token else f"address-{client_address(request)}"
        limit = settings.API_REQUESTS_PER_MINUTE if token else settings.API_ANONYMOUS_REQUESTS_PER_MINUTE
        key = f"api:{who}:{int(time() // WINDOW_SECONDS)}"
        cache.add(key, 0, WINDOW_SECONDS * 2)
        try:
            return bool(cache.incr(key) <= limit)
        except ValueError:
            # The cache dropped the count between the two calls: it begins anew.
            return True

    def wait(self) -> int:
        """Seconds until the next minute begins."""
        return WINDOW_SECONDS - int(time() % WINDOW_SECONDS)
