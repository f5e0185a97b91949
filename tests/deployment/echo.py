"""A web application for the tests of the proxy: answers with the length of the body it was given, and who sent it."""

from collections.abc import Callable, Iterable
from typing import Any


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    length = len(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    start_response("200 OK", [("Content-Type", "text/plain")])
    chunked = environ.get("HTTP_TRANSFER_ENCODING", "")
    return [f"{length} {environ['HTTP_X_FORWARDED_FOR']} {environ['HTTP_X_FORWARDED_PROTO']} {chunked}".encode()]
