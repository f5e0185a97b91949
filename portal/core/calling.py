"""Calls to services that the site has set: to their own address, and nowhere else."""

from typing import Any
from urllib.request import HTTPRedirectHandler, Request, build_opener


class _NoRedirect(HTTPRedirectHandler):
    """Another address would get what was meant for the first, the token of the call among it."""

    def redirect_request(self, *_: object) -> None:
        return None


def open_address(request: Request, *, seconds: float) -> Any:
    """The open answer of a service. Raises OSError for none, for a status of a fault, and for a redirect."""
    return build_opener(_NoRedirect).open(request, timeout=seconds)
