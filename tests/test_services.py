"""The tests' own servers: found wherever they are installed, and gone when the run is, however it ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings

from tests import services


def listening(port: int) -> bool:
    """Whether somebody accepts connections on the port."""
    with services.socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_services_run_while_wanted_and_leave_nothing() -> None:
    with services.running_services() as running:
        with psycopg.connect(running.database_url) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
            home = connection.execute("show data_directory").fetchone()
        with redis.Redis.from_url(running.redis_url) as client:
            assert client.ping()
        ports = [int(url.split(":")[-1].split("/")[0]) for url in (running.database_url, running.redis_url)]
        assert all(listening(port) for port in ports)
    assert not any(listening(port) for port in ports)
    assert home is not None
    assert not Path(home[0]).exists()


def test_the_run_has_a_redis_that_answers() -> None:
    """Also in the processes of pytest-xdist: a broker that is away would be passed over in silence."""
    if not settings.REDIS_URL:
        assert settings.CELERY_BROKER_URL.startswith("folder:")
        return
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert client.ping()


def test_services_stop_when_the_test_fails() -> None:
    with pytest.raises(RuntimeError, match="in between"), services.running_services() as running:
        port = int(running.redis_url.rsplit(":", 1)[1])
        raise RuntimeError("in between")
    assert not listening(port)


def test_services_die_with_a_run_that_is_killed(wait_until: Callable[..., None]) -> None:
    script = (
        "import time\nfrom tests.services import running_services\n"
        "with running_services() as s:\n    print(s.database_url, s.redis_url, flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent
    ) as run:
        assert run.stdout is not None
        ports = [int(url.split(":")[-1].split("/")[0]) for url in run.stdout.readline().split()]
        assert all(listening(port) for port in ports)
        os.kill(run.pid, signal.SIGKILL)
    wait_until(lambda: not any(listening(port) for port in ports), seconds=15, what="the end of both servers")


def test_the_next_run_removes_what_a_killed_run_left_and_nothing_of_a_running_one(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(services.tempfile, "tempdir", str(tmp_path))
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    left, running = (tmp_path / f"portal-services-{process}-x" for process in (ended.pid, os.getpid()))
    for directory in (left, running):
        (directory / "postgres").mkdir(parents=True)

    services._remove_left_over()

    assert list(tmp_path.iterdir()) == [running]


def test_a_missing_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services.shutil, "which", lambda name: None)
    with pytest.raises(services.ServiceMissingError, match="redis-server is not installed"):
        services.find_redis_server()


def test_a_server_that_does_not_start_is_reported_with_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("no room")
    began = time.monotonic()
    with (
        subprocess.Popen(["false"]) as process,
        pytest.raises(services.ServiceMissingError, match="(?s)Thing did not start.*no room"),
    ):
        services._wait_until(lambda: False, process=process, name="Thing", log=log)
    assert time.monotonic() - began < services.START_SECONDS
