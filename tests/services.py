"""A private PostgreSQL and Redis for one test run, on free ports, in a temporary directory, gone when the run ends.

`with running_services() as services:` starts both and always stops them. Each server also gets a death signal from
the kernel, so that none stays behind when the run itself is killed.
"""

import contextlib
import ctypes
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 30
STOP_SECONDS = 10
PR_SET_PDEATHSIG = 1
# How the names of the servers' directories begin; the number of the run's process follows.
DIRECTORY = "portal-services-"


class ServiceMissingError(RuntimeError):
    """A server that the tests need is not installed, or does not start."""


@dataclass(frozen=True)
class Services:
    """Addresses of the running servers, in the form that the settings read."""

    database_url: str
    redis_url: str

    def environment(self) -> dict[str, str]:
        """Return the two variables that point the portal here."""
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


def find_postgres_bin() -> Path:
    """Return the directory of PostgreSQL's server programs: Debian's newest, else the one pg_config names.

    PATH is not asked first: on a machine with several versions it may mix them.
    """
    candidates = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda path: [int(part) for part in re.findall(r"\d+", path.parent.name)],
        reverse=True,
    )
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        candidates.append(Path(answer.stdout.strip()))
    for directory in candidates:
        if (directory / "initdb").exists() and (directory / "postgres").exists():
            return directory
    raise ServiceMissingError(
        "PostgreSQL's server is not installed: run `make test`, or install the package postgresql."
    )


def find_redis_server() -> str:
    """Return the path of redis-server."""
    path = shutil.which("redis-server")
    if path is None:
        raise ServiceMissingError(
            "redis-server is not installed: run `make test`, or install the package redis-server."
        )
    return path


def free_port() -> int:
    """Return a port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def die_with_parent() -> None:
    """Ask the kernel to end this process when the one that started it is gone (Linux)."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _postgres_account() -> str | None:
    """Return the account to run PostgreSQL under, as it refuses to run as root; None: the account we have."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise ServiceMissingError("There is no unix user postgres to run PostgreSQL under, and root may not.") from None


def _start(command: list[str], *, log: Path, account: str | None, cwd: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=account,
            group=account,
            extra_groups=[] if account else None,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - one system call, before any thread is started
        )


def _stop(process: subprocess.Popen[bytes], *, how: signal.Signals) -> None:
    process.send_signal(how)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until(ready: Callable[[], bool], *, process: subprocess.Popen[bytes], name: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise ServiceMissingError(f"{name} did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


@contextlib.contextmanager
def running_postgres(directory: Path, *, keeps_commits: bool = False) -> Iterator[str]:
    """Run an empty PostgreSQL that may lose data on a power cut; yield its URL. The directory must be new.

    With `keeps_commits` what was committed outlives the server's own crash.
    """
    bin_dir = find_postgres_bin()
    account = _postgres_account()
    home = directory / "postgres"
    home.mkdir(mode=0o700)
    if account:
        directory.chmod(0o711)
        shutil.chown(home, account, account)
    data = home / "data"
    subprocess.run(
        [
            bin_dir / "initdb",
            f"--pgdata={data}",
            "--username=portal",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=home,
        user=account,
        group=account,
        extra_groups=[] if account else None,
    )
    port = free_port()
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(home),
        "fsync": "off",
        "synchronous_commit": "on" if keeps_commits else "off",
        "full_page_writes": "off",
        # Nobody copies this server: tables and indexes that are filled as they are made need no log.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "jit": "off",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "max_wal_size": "2GB",
        "log_min_messages": "panic",
    }
    log = home / "log"
    process = _start(
        [str(bin_dir / "postgres"), "-D", str(data), *(f"--{key}={value}" for key, value in options.items())],
        log=log,
        account=account,
        cwd=home,
    )
    probe = [
        bin_dir / "pg_isready",
        "--quiet",
        "--host=127.0.0.1",
        f"--port={port}",
        "--username=portal",
        "--dbname=postgres",
    ]
    try:
        _wait_until(
            lambda: subprocess.run(probe, check=False).returncode == 0, process=process, name="PostgreSQL", log=log
        )
        yield f"postgres://portal@127.0.0.1:{port}/postgres"
    finally:
        _stop(process, how=signal.SIGINT)  # PostgreSQL's fast shutdown: ends the sessions that are still open


@contextlib.contextmanager
def running_redis(directory: Path) -> Iterator[str]:
    """Run a Redis that keeps nothing on disk; yield its URL without a database number."""
    server = find_redis_server()
    home = directory / "redis"
    home.mkdir(mode=0o700)
    port = free_port()
    log = home / "log"
    process = _start(
        [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(home)],
        log=log,
        account=None,
        cwd=home,
    )

    def answers() -> bool:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(7).startswith(b"+PONG")
        except OSError:
            return False

    try:
        _wait_until(answers, process=process, name="Redis", log=log)
        yield f"redis://127.0.0.1:{port}"
    finally:
        _stop(process, how=signal.SIGTERM)


def _remove_left_over() -> None:
    """Remove the directories of runs that were killed: those that carry the number of a process that is gone."""
    for directory in Path(tempfile.gettempdir()).glob(f"{DIRECTORY}*-*"):
        process = directory.name.removeprefix(DIRECTORY).split("-")[0]
        if process.isdecimal() and not Path("/proc", process).exists():
            shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def running_services() -> Iterator[Services]:
    """Start PostgreSQL and Redis, yield their addresses, and stop and remove both, whatever happens in between."""
    _remove_left_over()
    directory = Path(tempfile.mkdtemp(prefix=f"{DIRECTORY}{os.getpid()}-"))
    try:
        with running_postgres(directory) as database_url, running_redis(directory) as redis_url:
            yield Services(database_url=database_url, redis_url=redis_url)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
