"""How often may be asked: requests counted by the minute in the cache that all processes share."""

from django.conf import settings
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from portal.api.auth import token_of
from portal.core.http import client_address
from portal.core.limits import count_use, seconds_to_next

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
        return count_use(f"api:{who}", limit=limit, seconds=WINDOW_SECONDS)

    def wait(self) -> int:
        """Seconds until the next minute begins."""
        return seconds_to_next(WINDOW_SECONDS)
