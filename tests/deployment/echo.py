"""A web application for the tests of the proxy: answers with the length of the body it was given, and who sent it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    length = len(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    start_response("200 OK", [("Content-Type", "text/plain")])
    chunked = environ.get("HTTP_TRANSFER_ENCODING", "")
    return [f"{length} {environ['HTTP_X_FORWARDED_FOR']} {environ['HTTP_X_FORWARDED_PROTO']} {chunked}".encode()]
