"""The portal as a bureau runs it, for tests and measurements: gunicorn, Celery workers, PostgreSQL, Redis.

A `Host` is one machine: programs of its own, with a folder of its own. Several hosts share what their environment
names (database, Redis, store). Every program is the leader of a process group, so that it can be killed whole.
"""

import contextlib
import hashlib
import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.migrated import fill_database
from tests.services import die_with_parent, free_port

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / ".cache" / "static"
START_SECONDS = 90
# What a production environment names, with a mail folder in place of a mail server.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "portal.settings",
    "SECRET_KEY": "a-key-for-tests-that-protects-nothing-real-0123456789",
    "PUBLIC_URL": "http://localhost",
    "ALLOWED_HOSTS": "localhost,127.0.0.1",
    "OFFICIALS_NEED_SECOND_FACTOR": "0",
    "CREDIT_VALID_DAYS": "0",
    # Runs are at any hour.
    "QUIET_HOURS": "0",
    "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
    "LOG_LEVEL": "WARNING",
}


class ProgramFailedError(RuntimeError):
    """A program of the portal ended, or does not answer; the message holds the end of its log."""


@dataclass
class Program:
    """A running program with its log."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_end(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]

    def kill(self) -> None:
        """End the program and all it started at once, as a power cut would."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Let the program finish what it is at, then end it."""
        self._signal(signal.SIGTERM)

    def _signal(self, how: signal.Signals) -> None:
        try:
            os.killpg(self.process.pid, how)
            self.process.wait(30)
        except ProcessLookupError:
            self.process.wait()
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Host:
    """One machine: a folder of its own, and the environment that all its programs get."""

    directory: Path
    environment: Mapping[str, str]
    programs: list[Program] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.directory.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_error: object) -> None:
        for program in self.programs:
            program.kill()

    @property
    def full_environment(self) -> dict[str, str]:
        """This process's environment without its own settings, with the host's."""
        inherited = {name: value for name, value in os.environ.items() if name not in {"DEMO", "DEBUG", "DATABASE"}}
        return inherited | PRODUCTION | {"DATA_DIR": str(self.directory / "data")} | dict(self.environment)

    def manage(self, *arguments: str) -> str:
        """Run a management command to its end; return what it printed."""
        return self._finish(["manage.py", *arguments])

    def migrate(self) -> None:
        """Make the tables of the host's empty database, from what the tests keep of them where they do."""
        if not fill_database(self.environment["DATABASE_URL"]):
            self.manage("migrate", "--noinput", "--verbosity=0")

    def collect_static(self) -> None:
        """Gather and compress style sheets and scripts; the next host with the same ones takes over the files."""
        digest = hashlib.sha256((ROOT / "requirements" / "base.txt").read_bytes())
        for path in sorted(path for path in (ROOT / "static").rglob("*") if path.is_file()):
            digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
        kept, own = STATIC / digest.hexdigest()[:20], self.directory / "data" / "static"
        if kept.is_dir():
            shutil.copytree(kept, own, dirs_exist_ok=True)
            return
        self.manage("collectstatic", "--noinput", "--verbosity=0")
        STATIC.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=STATIC) as work, contextlib.suppress(OSError):
            # Another host may have been quicker.
            shutil.copytree(own, Path(work) / "static").rename(kept)

    def _finish(self, arguments: list[str]) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.full_environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ProgramFailedError(f"{' '.join(arguments)}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return done.stdout

    def run(self, module: str, *arguments: object) -> str:
        """Run a module with the site's settings to its end; return what it printed."""
        return self._finish(["-m", module, *map(str, arguments)])

    def start_web(self, *, workers: int = 0, port: int = 0, **environment: str) -> Program:
        """Start gunicorn as the container does (or with so many processes of four threads); wait until it answers."""
        port = port or free_port()
        options = [f"--workers={workers}", "--threads=4"] if workers else []
        web = self._start("web", ["gunicorn", f"--bind=127.0.0.1:{port}", *options], environment, port=port)
        wait_for(lambda: answers(f"{web.url}/account/login/"), web)
        return web

    def start_worker(self, *, concurrency: int = 2, **environment: str) -> Program:
        """Start a Celery worker with its beat, and wait until it takes jobs."""
        options = ["worker", "--beat", f"--concurrency={concurrency}", "--loglevel=INFO", "--without-gossip"]
        options += ["--without-mingle", f"--hostname={self.directory.name}@%h"]
        worker = self._start("worker", ["celery", "--app=portal", *options], {"LOG_LEVEL": "INFO"} | environment)
        wait_for(lambda: b" ready." in worker.log.read_bytes(), worker)
        return worker

    def _start(self, name: str, command: list[str], environment: Mapping[str, str], *, port: int = 0) -> Program:
        log = self.directory / f"{name}-{len(self.programs)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=self.full_environment | dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - one system call
            )
        program = Program(process, log, port)
        self.programs.append(program)
        return program


def answers(url: str) -> bool:
    """Whether an address gives any answer below 500."""
    try:
        with urllib.request.urlopen(url, timeout=10):  # noqa: S310 - our own server
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def wait_for(ready: Callable[[], bool], program: Program, *, seconds: float = START_SECONDS) -> None:
    """Return when a condition holds. Raises ProgramFailedError when the program ends before, or takes too long."""
    deadline = time.monotonic() + seconds
    while not ready():
        if program.process.poll() is not None or time.monotonic() > deadline:
            raise ProgramFailedError(f"The program did not start:\n{program.log_end}")
        time.sleep(0.05)


TOKEN = "t" * 32


@dataclass(frozen=True)
class Answer:
    """What a request came back with; status 0 where the line broke before an answer."""

    status: int
    text: str
    location: str = ""


def ask(url: str, *, session: str, data: Mapping[str, Any] | None = None, **headers: str) -> Answer:
    """A GET, or with `data` a POST, of somebody who is signed in; redirects are not followed."""
    parts = urlsplit(url)
    cookie = f"portal_session={session}; csrftoken={TOKEN}"
    sent = {"Cookie": cookie, "X-CSRFToken": TOKEN} | {name.replace("_", "-"): value for name, value in headers.items()}
    body: bytes | None = None
    if data is not None and any(isinstance(value, SimpleUploadedFile) for value in data.values()):
        body, sent["Content-Type"] = encode_multipart(BOUNDARY, data), MULTIPART_CONTENT
    elif data is not None:
        body, sent["Content-Type"] = urlencode(data).encode(), "application/x-www-form-urlencoded"
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request("GET" if data is None else "POST", parts.path, body, sent)
        answer = connection.getresponse()
        return Answer(answer.status, answer.read().decode(errors="replace"), answer.headers.get("Location", ""))
    except (OSError, http.client.HTTPException):
        return Answer(0, "")
    finally:
        connection.close()
