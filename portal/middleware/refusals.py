"""Put on record who was refused what."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from portal.audit.enums import SecurityKind
from portal.audit.security import record_security
from portal.core.http import act_of


class RefusalMiddleware:
    """Record each 403 that a signed-in person gets, with the path. Strangers are sent to sign in instead."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 403 and request.user.is_authenticated:
            record_security(
                act_of(request),
                kind=SecurityKind.REFUSED,
                subject=request.path.replace("\0", "\ufffd"),
                details={"method": request.method},
            )
        return response
