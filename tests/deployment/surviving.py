"""A site with a database and a broker of its own, whose programs and servers a test kills in the middle of work."""

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis

from tests.services import running_postgres, running_redis
from tests.site import Host

# Short leases, so that a killed worker's job comes back within the test.
PATIENCE = {"JOB_LEASE_SECONDS": "3", "JOB_SWEEP_SECONDS": "1", "JOB_VISIBILITY_SECONDS": "10"}


class Site:
    """A host, and the address of its database."""

    def __init__(self, host: Host, url: str) -> None:
        self.host, self.url = host, url

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query; asked again while the database recovers."""
        deadline = time.monotonic() + 60
        while True:
            try:
                with psycopg.connect(self.url, autocommit=True) as connection:
                    return connection.execute(query).fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def wait(self, ready: Callable[[], Any], what: str, *, seconds: float = 120) -> Any:
        """What `ready` returns, once that is true."""
        deadline = time.monotonic() + seconds
        while not (found := ready()):
            assert time.monotonic() < deadline, f"{what} did not come in time"
            time.sleep(0.01)
        return found

    def kill_database(self, processes: str) -> None:
        """Kill the server's processes that a query names: it drops every session and recovers from its log."""
        for (pid,) in self.wait(lambda: self.rows(processes), "a process of the database"):
            os.kill(pid, signal.SIGKILL)

    def flush_broker(self) -> None:
        """Take from the broker all that it holds."""
        redis.Redis.from_url(self.host.environment["REDIS_URL"]).flushdb()


@contextmanager
def standing_site(folder: Path, **environment: str) -> Iterator[Site]:
    """A site on an empty database that keeps what was committed; its programs are the test's to start."""
    with (
        tempfile.TemporaryDirectory(prefix="portal-site-") as directory,
        running_postgres(Path(directory), keeps_commits=True) as url,
        running_redis(Path(directory)) as redis_url,
        Host(folder / "host", {}) as host,
    ):
        host.environment = PATIENCE | {"DATABASE_URL": url, "REDIS_URL": redis_url} | environment
        yield Site(host, url)
