"""What is sent to a service goes to its own address, and never on to another."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.error import HTTPError
from urllib.request import Request

import pytest

from portal.core.calling import open_address


@pytest.fixture
def service():
    """A service that sends every caller on to `/other`, and notes who came."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.server.seen.append((self.path, self.headers["Authorization"]))
            self.send_response(302)
            self.send_header("Location", "/other")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.seen = []
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_redirect_is_a_fault_and_its_address_gets_nothing(service):
    address = f"http://127.0.0.1:{service.server_port}/sign"
    request = Request(address, data=b"x", headers={"Authorization": "Bearer secret"})
    with pytest.raises(HTTPError, match="302"):
        open_address(request, seconds=5)
    assert service.seen == [("/sign", "Bearer secret")]
