"""The proxy's configuration in a real nginx: slow clients hold no thread of the portal, bodies are bounded."""

import http.client
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.services import die_with_parent, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
CONFIGURATION = ROOT / "deploy" / "nginx" / "nginx.conf"


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    """The port of nginx with our configuration, gunicorn with four threads behind it."""
    home = tmp_path_factory.mktemp("proxy")
    web, port = free_port(), free_port()
    text = CONFIGURATION.read_text().replace("server web:8000", f"server 127.0.0.1:{web}")
    text = text.replace("listen 8080", f"listen 127.0.0.1:{port}").replace("/tmp/", f"{home}/")  # noqa: S108
    # The container runs it as nginx; here it stays who it is, as the folder is ours.
    (home / "nginx.conf").write_text(f"user root;\n{text}" if os.geteuid() == 0 else text)
    nginx = ["/usr/sbin/nginx", "-p", str(home), "-c", str(home / "nginx.conf")]
    tested = subprocess.run([*nginx, "-t"], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr
    gunicorn = [sys.executable, "-m", "gunicorn", "tests.deployment.echo:application", f"--bind=127.0.0.1:{web}"]
    gunicorn += ["--workers=1", "--threads=4", "--no-control-socket", "--log-level=warning"]
    with ExitStack() as programs:
        for command in (gunicorn, [*nginx, "-g", "daemon off;"]):
            program = subprocess.Popen(command, cwd=ROOT, preexec_fn=die_with_parent)  # noqa: PLW1509 - one call
            programs.callback(program.wait)
            programs.callback(program.terminate)
        deadline = time.monotonic() + 30
        while ask(port)[0] != 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield port


def ask(port: int, method: str = "GET", path: str = "/", **options: object) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, **options)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


def test_forty_connections_that_send_a_byte_now_and_then_keep_nobody_waiting(proxy):
    head = b"POST /account/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"
    with ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", proxy))) for _ in range(40)]
        for number, connection in enumerate(slow):
            connection.sendall(head if number % 2 else head[:20])
        for _ in range(3):
            for connection in slow:
                connection.sendall(b"x")
            began = time.monotonic()
            assert {ask(proxy)[0] for _ in range(5)} == {200}
            assert time.monotonic() - began < 5


def test_a_body_above_the_limit_is_refused_in_words_and_one_below_arrives_whole(proxy):
    status, words = ask(proxy, "POST", headers={"Content-Length": str(27 * 1024 * 1024)})
    assert (status, "没有被接收" in words) == (413, True)
    status, answer = ask(proxy, "POST", body=b"x" * 25_000_000)
    assert (status, answer.split()[0]) == (200, "25000000")


def test_a_chunked_body_reaches_the_portal_with_its_length_stated(proxy):
    assert ask(proxy, "POST", body=iter([b"abc", b"defg"]), encode_chunked=True)[1] == "7 127.0.0.1 http "


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ({}, "127.0.0.1 http"),
        ({"X-Forwarded-For": "6.6.6.6, 203.0.113.7", "X-Forwarded-Proto": "https"}, "203.0.113.7 https"),
        ({"X-Forwarded-Proto": "gopher"}, "127.0.0.1 http"),
    ],
)
def test_the_client_is_the_last_address_that_the_sites_own_proxy_saw(proxy, sent, seen):
    # Sheets have a place of their own in the configuration.
    assert {ask(proxy, path=path, headers=sent)[1] for path in ("/", "/statements/year/?year=2026")} == {f"0 {seen} "}


def test_the_figures_for_the_monitor_are_not_to_be_had_from_outside(proxy):
    assert ask(proxy, path="/metrics")[0] == 404
