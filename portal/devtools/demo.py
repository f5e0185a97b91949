"""The demo: prepares the database, starts web server, worker and beat, and ends all three together.

A part that ends by itself is started again and the others go on.

Run by `make demo`. The three are separate processes, as in production; only the database and the broker differ
where DATABASE_URL and REDIS_URL are not set.
"""

import contextlib
import ctypes
import hashlib
import io
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Literal

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections

from portal.core.static_files import bootstrap_used

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 60
# A worker may finish the job it is at; what takes longer is taken up again by the sweep after the next start.
STOP_SECONDS = 20
# The wait before a part that ended is started again; doubled each time that it ends soon after its start.
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0
PR_SET_PDEATHSIG = 1
# Claims of the year that `make demo YEAR=1` adds, once.
YEAR_CLAIMS = 2000
# Whose offices get seals for trial.
DEMO_CITY = "320200"


@dataclass
class Child:
    """A running part of the demo, the leader of a process group of its own, with its log."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    command: list[str]
    started: float
    wait: float = FIRST_WAIT_SECONDS
    restart_at: float | None = None


class StopRequestedError(Exception):
    """Ctrl-C or a termination signal came."""


def main() -> int:
    """Run until Ctrl-C or SIGTERM; return the exit status."""
    port = int(os.environ.get("PORT") or 8000)
    host = os.environ.get("HOST") or "127.0.0.1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    os.environ.setdefault("DEMO", "1")
    os.environ.setdefault("PUBLIC_URL", f"http://localhost:{port}")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, request_stop)
    children: list[Child] = []
    try:
        if not is_free(host, port):
            print(f"Port {port} is taken. Choose another: make demo PORT={port + 1}", file=sys.stderr)
            return 1
        prepare()
        for name, command in commands(host, port).items():
            children.append(start(name, command))
            if name == "web":
                # The page first: three programs that start at once on two cores keep everybody waiting.
                wait_until_serving(port, children)
        announce(port, children)
        watch(children)
    except StopRequestedError:
        print("\n==> Stopping", flush=True)
        return 0
    finally:
        # A second Ctrl-C must not leave half of them behind.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        stop(children)
    return 1


def request_stop(_number: int, _frame: FrameType | None) -> None:
    """Turn a signal into an exception, so that one `finally` ends everything."""
    raise StopRequestedError


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def prepare() -> None:
    """Bring tables, style sheets, catalogue and demo data up to date; each step is quick when nothing changed."""
    django.setup()
    say("Database, catalogue and demo data")
    call_command("migrate", verbosity=0, interactive=False)
    collect_static()
    call_command("load_regions", stdout=io.StringIO())
    call_command("load_catalogue")
    call_command("make_trial_seals", under=DEMO_CITY, stdout=io.StringIO())
    call_command("load_demo")
    if os.environ.get("YEAR") == "1":
        say(f"A simulated year of {YEAR_CLAIMS} claims; some minutes")
        call_command("simulate_year", "--once", claims=YEAR_CLAIMS)
    connections.close_all()


def collect_static() -> None:
    """Gather and compress the style sheets and scripts, unless they are as at the last start."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(None):
            digest.update(f"{path} {storage.size(path)} {storage.get_modified_time(path).timestamp()}\n".encode())
    digest.update(bootstrap_used().encode())
    stamp = settings.DATA_DIR / "static-stamp"
    if stamp.exists() and stamp.read_text() == digest.hexdigest() and settings.STATIC_ROOT.is_dir():
        return
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(digest.hexdigest())


def commands(host: str, port: int) -> dict[str, list[str]]:
    """Return the three programs by name."""
    celery = [sys.executable, "-m", "celery", "--app=portal"]
    return {
        "web": [sys.executable, "-m", "gunicorn", f"--bind={host}:{port}"],
        "worker": [*celery, "worker", "--concurrency=2", "--loglevel=INFO", "--without-gossip", "--without-mingle"],
        "beat": [*celery, "beat", "--loglevel=INFO", "--pidfile="],
    }


def start(name: str, command: list[str], *, log_mode: Literal["wb", "ab"] = "wb") -> Child:
    """Start a program in a process group of its own, so that the terminal's Ctrl-C reaches only us."""
    log = settings.DATA_DIR / "log" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open(log_mode) as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - no other thread runs here
        )
    return Child(name=name, process=process, log=log, command=command, started=time.monotonic())


def die_with_parent() -> None:
    """Ask the kernel to end this process when the demo itself is killed (Linux)."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def wait_until_serving(port: int, children: list[Child]) -> None:
    """Return when the home page answers. Raises SystemExit with the log's end when it does not."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/", timeout=5):
                return
        except urllib.error.HTTPError as error:
            raise SystemExit(f"The home page answers {error.code}. {tail(children[0])}") from None
        except OSError:
            fail_if_ended(children)
            if time.monotonic() > deadline:
                raise SystemExit(f"The web server does not answer. {tail(children[0])}") from None
            time.sleep(0.1)


def announce(port: int, children: list[Child]) -> None:
    """Print where to go and who one can be."""
    print()
    call_command("demo_accounts")
    print()
    say(f"Open http://localhost:{port}/ (logs: {children[0].log.parent}; Ctrl-C stops)")


def watch(children: list[Child]) -> None:
    """Wait for a signal, and start again whatever ends by itself."""
    while True:
        for child in children:
            restart_if_ended(child, now=time.monotonic())
        time.sleep(0.5)


def restart_if_ended(child: Child, *, now: float) -> None:
    """Start an ended part again once its wait is over; a part that ran long enough waits the shortest time."""
    if child.process.poll() is None:
        return
    if child.restart_at is None:
        if now - child.started > LONGEST_WAIT_SECONDS:
            child.wait = FIRST_WAIT_SECONDS
        child.restart_at = now + child.wait
        message = f"{child.name} ended with {child.process.returncode}; started again in {child.wait:.0f} s."
        print(f"{message} {tail(child)}", file=sys.stderr, flush=True)
    elif now >= child.restart_at:
        end_group(child)
        child.process = start(child.name, child.command, log_mode="ab").process
        child.started, child.restart_at = now, None
        child.wait = min(2 * child.wait, LONGEST_WAIT_SECONDS)


def fail_if_ended(children: list[Child]) -> None:
    """Raise SystemExit, with the end of its log, for a part that ended by itself."""
    for child in children:
        if child.process.poll() is not None:
            raise SystemExit(f"{child.name} ended with {child.process.returncode}. {tail(child)}")


def tail(child: Child) -> str:
    """Return the end of a part's log."""
    return f"The end of {child.log}:\n{child.log.read_text(errors='replace')[-3000:]}"


def stop(children: list[Child]) -> None:
    """End every part: politely, together, then by force with all it started."""
    for child in children:
        if child.process.poll() is None:
            child.process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            print(f"{child.name} does not end by itself: killed", file=sys.stderr)
        end_group(child)


def end_group(child: Child) -> None:
    """Kill what is left of a part, with everything that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()


def say(text: str) -> None:
    """Tell what is being done, at once."""
    print(f"==> {text}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
