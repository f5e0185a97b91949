"""Ask who signed in to agree to the present notice on personal data, before anything else."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from portal.access import needs_second_factor, public
from portal.privacy.services.consent import CONSENT_DUE


class ConsentMiddleware:
    """Lead from every page that is not public to the question; what was filled in before may still be sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> HttpResponse | None:
        if request.method != "GET" or "HX-Request" in request.headers or not request.session.get(CONSENT_DUE):
            return None
        here = request.resolver_match.namespaces if request.resolver_match else []
        if getattr(view, "access_rule", public) is public or "data" in here:
            return None
        if not request.user.is_authenticated or needs_second_factor(request.user):
            return None
        return redirect(f"{reverse('data:consent')}?{urlencode({'next': request.get_full_path()})}")
