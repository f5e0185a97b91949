"""Give each request an id, measure it, and write one line about it."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from portal.core import metrics
from portal.core.logs import as_request

logger = logging.getLogger("portal.requests")
HEADER = "X-Request-ID"
_READABLE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class ObservationMiddleware:
    """The outermost middleware: what happens inside carries the request's id in logs and jobs.

    An id that the proxy sent is kept. Logs and metrics name the address's pattern, never the address itself: it may
    hold a token or what somebody searched for.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        request_id = given if _READABLE_ID.fullmatch(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        began = time.perf_counter()
        with as_request(request_id):
            response = self.get_response(request)
            seconds = time.perf_counter() - began
            route = _route(request)
            metrics.request_ended(request.method or "", route, response.status_code, seconds)
            logger.info(
                "%s %s %s",
                request.method,
                route,
                response.status_code,
                extra={"status": response.status_code, "route": route, "milliseconds": round(seconds * 1000, 1)},
            )
        response.headers[HEADER] = request_id
        return response


def _route(request: HttpRequest) -> str:
    """The name of the address's pattern; "none" for an address that leads nowhere."""
    match = request.resolver_match
    return (match.view_name or match.route) if match else "none"
