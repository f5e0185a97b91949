"""What every test may ask for, and what a run refuses to hide.

Settings, PostgreSQL and Redis: tests/settings.py and tests/services.py. Browser and worker: the fixtures below.
"""

import gc
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Hashable, Iterator
from copy import deepcopy
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import override_settings
from django.utils.module_loading import import_string
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.database import DirectoryBasedExampleDatabase
from pytest_django import DjangoDbBlocker, Settings

from portal.core import file_safety
from portal.core.row_versions import KeptHere
from tests import made_once
from tests.append_only import flush_past_triggers
from tests.depth import PROFILE
from tests.migrated import make_database

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# How long a browser test waits for what a page is to show.
PATIENCE_MS = 30_000
WORKER_START_SECONDS = 60
T = TypeVar("T")

# No deadline: a busy machine is slow, not wrong. What failed once is kept and tried first the next time.
hypothesis_settings.register_profile(
    "portal",
    max_examples=25,
    deadline=None,
    database=DirectoryBasedExampleDatabase(ROOT / ".cache" / "hypothesis"),
)
# What `make nightly` asks for: four hundred times as many examples of every property.
hypothesis_settings.register_profile(
    "nightly",
    hypothesis_settings.get_profile("portal"),
    max_examples=10_000,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile(PROFILE)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("portal")
    group.addoption("--no-skips", action="store_true", help="fail the run if any test was skipped")
    group.addoption(
        "--today", help="take another day (2028-02-29) for today; programs that tests start keep the true one"
    )


def pytest_configure(config: pytest.Config) -> None:
    # Playwright's synchronous interface keeps an event loop in the test's thread; Django would take it for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    if today := config.getoption("--today"):
        time_machine.travel(f"{today}T10:00:00+08:00").start()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, and count as deselected, what this run is not about; what takes long begins first.

    Each of two processes begins with half of the list: so each half begins with every other slow test.
    """
    sqlite = settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
    kept = [item for item in items if not (sqlite and item.get_closest_marker("postgres"))]
    dropped = [item for item in items if sqlite and item.get_closest_marker("postgres")]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
    slow = [item for item in kept if item.get_closest_marker("slow")]
    quick = [item for item in kept if not item.get_closest_marker("slow")]
    half = len(kept) // 2 - len(slow[::2])
    items[:] = slow[::2] + quick[:half] + slow[1::2] + quick[half:]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Spare the garbage collector what stays until the end: thousands of collected tests, and all modules."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Under --no-skips a skipped test fails the run: what cannot run on this machine must be said, not passed over."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not session.config.getoption("--no-skips"):
        return
    if reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"{len(reporter.stats['skipped'])} tests were skipped: the run fails.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


class Evened(KeptHere):
    """Asks one query where nothing has to be read, so that a page asks as many whether or not it was opened before."""

    def get(self, key: Hashable, version: str, make: Callable[[], T]) -> T:
        read = []

        def reading() -> T:
            read.append(key)
            return make()

        found = super().get(key, version, reading)
        if not read:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        return found


@pytest.fixture(scope="session", autouse=True)
def _stand_ins_of_the_whole_run() -> Iterator[None]:
    """Let the flush after transactional tests empty what nobody else may; inspect the same upload once in a process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush_past_triggers)
        patch.setattr("django.core.management.commands.flush.emit_post_migrate_signal", lambda *_, **__: None)
        patch.setattr("portal.core.file_safety._inspect", lru_cache(100)(file_safety._inspect))
        patch.setattr("portal.accounts.persons._recalled", Evened(2_000))
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, django_db_modify_db_settings: None
) -> None:
    """Make the test's database; it goes with its server or its directory when the run ends."""
    with django_db_blocker.unblock():
        make_database()


@pytest.fixture(scope="module", autouse=True)
def calendar_of_the_coming_months(request: pytest.FixtureRequest) -> Iterator[None]:
    """Take Monday to Friday as worked where the national calendar is not published yet.

    Tests count working days from today; without this they would fail each December. The calendar's own tests, which
    state that nobody guesses, go without.
    """
    if "workdays" in request.path.parts:
        yield
        return
    know = import_string("portal.workdays.selectors._is_worked")
    unknown = import_string("portal.workdays.selectors.CalendarUnknownError")

    def guess(day: date, overrides: dict[date, bool]) -> bool:
        try:
            return bool(know(day, overrides))
        except unknown:
            return day.weekday() < 5

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("portal.workdays.selectors._is_worked", guess)
        yield


@pytest.fixture
def monkeypatch(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """pytest's own; what is made once is made anew while something is patched."""
    with made_once.noting_patches(monkeypatch):
        yield monkeypatch


@pytest.fixture(scope="module")
def module_transaction(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """A transaction around a module's tests: what the module's fixtures make in it is made once.

    Each test's own transaction lies inside it and takes back what the test wrote, so no test here may be transactional.
    Private files lie in a directory of the module's; see `own`.
    """
    for item in request.session.items:
        if item.path == request.path and is_transactional(item):
            pytest.fail(f"{item.nodeid} is transactional: it cannot stand in a module whose fixtures are made once.")
    private = override_settings(PRIVATE_DIR=tmp_path_factory.mktemp("private"))
    with private, django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def is_transactional(item: pytest.Item) -> bool:
    """Whether a test commits what it writes."""
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in getattr(item, "fixturenames", ())


@pytest.fixture
def own(db: None, settings: Settings, tmp_path: Path) -> Callable[[T], T]:
    """What gives a test a copy of the objects that its module's fixtures made; the private files are copied, too."""
    shutil.copytree(settings.PRIVATE_DIR, tmp_path, dirs_exist_ok=True)
    settings.PRIVATE_DIR = tmp_path
    return deepcopy


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Directory that outlives the run: screenshots and other things to look at."""
    directory = ROOT / "var" / "artefacts"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start Debian's Chromium, not one that Playwright would download, and wait for its pages on a busy machine too."""
    from playwright.sync_api import expect  # noqa: PLC0415 - where a test has a browser

    expect.set_options(timeout=PATIENCE_MS)
    return {**browser_type_launch_args, "executable_path": "/usr/bin/chromium", "args": CHROMIUM_ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Look as a Chinese desktop does."""
    return {
        **browser_context_args,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1280, "height": 900},
    }


class WorkerProcess:
    """A real Celery worker (with beat) on the test's database and broker.

    Leases and sweeps are short, so that a killed worker's job comes back within seconds.
    """

    def __init__(self, *, log: Path, environment: dict[str, str]) -> None:
        self.log = log
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the worker and wait until it takes jobs."""
        with self.log.open("ab") as output:
            offset = output.tell()
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "celery",
                    "--app=portal",
                    "worker",
                    "--beat",
                    f"--schedule={self.log.with_suffix('.schedule')}",
                    "--concurrency=2",
                    "--loglevel=INFO",
                    "--without-gossip",
                    "--without-mingle",
                ],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + WORKER_START_SECONDS
        while b" ready." not in self.log.read_bytes()[offset:]:
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                pytest.fail(f"The worker did not start:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.1)

    def kill(self) -> None:
        """Kill the worker and its children at once (SIGKILL), as a crash or a power cut would."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Let the worker finish its jobs, then end it."""
        self._signal(signal.SIGTERM)

    def _signal(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, how)
            self.process.wait(30)
        except ProcessLookupError:
            self.process.wait()
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None


@pytest.fixture
def worker_environment() -> dict[str, str]:
    """Further variables for the worker; an app's own conftest.py may name settings with handlers for tests."""
    return {}


@pytest.fixture
def celery_worker_process(
    transactional_db: None, tmp_path: Path, worker_environment: dict[str, str]
) -> Iterator[WorkerProcess]:
    """Yield a running worker that sees what the test commits; it may be killed and started again."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": url,
        "DATA_DIR": str(settings.DATA_DIR),
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "JOB_VISIBILITY_SECONDS": "10",
        "JOB_LEASE_SECONDS": "5",
        "JOB_SWEEP_SECONDS": "1",
        **worker_environment,
    }
    worker = WorkerProcess(log=tmp_path / "worker.log", environment=environment)
    worker.start()
    try:
        yield worker
    finally:
        worker.kill()


@pytest.fixture
def wait_until() -> Callable[..., None]:
    """Poll a condition until it holds; fail with its name after some seconds."""

    def wait(condition: Callable[[], bool], *, seconds: float = 30, what: str = "the condition") -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail(f"{what} did not come true within {seconds} s")
            time.sleep(0.1)

    return wait
