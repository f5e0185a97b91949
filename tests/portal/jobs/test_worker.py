"""Real workers, killed in the middle of a job: once with Redis flushed, once on the embedded demo's folders."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import redis
from django.conf import settings

from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.selectors import last_sweep
from portal.jobs.services import enqueue_job
from tests.conftest import ROOT, WorkerProcess
from tests.migrated import fill_database

pytestmark = [pytest.mark.worker, pytest.mark.slow]


def _marks(folder: Path, what: str) -> int:
    return len(list(folder.glob(f"{what}-*")))


@pytest.mark.postgres
def test_a_job_whose_worker_was_killed_and_whose_broker_was_flushed_is_done_once(
    celery_worker_process, wait_until, tmp_path
):
    folder = tmp_path / "marks"
    folder.mkdir()
    jobs = [enqueue_job("tests.slow", key=str(n), payload={"directory": str(folder), "seconds": 1.5}) for n in range(4)]
    wait_until(lambda: _marks(folder, "begun") >= 1, what="the first job begins")
    celery_worker_process.kill()
    begun = _marks(folder, "begun")
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    assert Job.objects.filter(state=JobState.RUNNING).exists()

    celery_worker_process.start()
    wait_until(lambda: not Job.objects.exclude(state=JobState.DONE).exists(), seconds=60, what="all jobs are done")
    assert Job.objects.filter(pk__in=[job.pk for job in jobs]).count() == 4
    assert _marks(folder, "ended") == 4
    # Run again: those that had begun, and no others.
    assert _marks(folder, "begun") == 4 + begun
    assert sorted(Job.objects.values_list("attempts", flat=True)) == [1] * (4 - begun) + [2] * begun
    assert last_sweep() is not None


class Embedded:
    """The demo's way: one SQLite file and folders for a broker, below a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.portal.jobs.worker_settings",
            "DATA_DIR": str(directory),
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "DEMO": "1",
            "JOB_LEASE_SECONDS": "3",
            "JOB_SWEEP_SECONDS": "1",
        }

    def run(self, *arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], cwd=ROOT, env=self.environment, check=True, capture_output=True)

    def enqueue(self, key: str, folder: Path, *, seconds: float) -> None:
        payload = json.dumps({"directory": str(folder), "seconds": seconds})
        self.run(
            "-c",
            "import django, json; django.setup()\n"
            "from portal.jobs.services import enqueue_job\n"
            f"enqueue_job('tests.slow', key={key!r}, payload=json.loads({payload!r}))",
        )

    def states(self) -> dict[str, tuple[str, int]]:
        with closing(sqlite3.connect(f"file:{self.directory / 'portal.sqlite3'}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT key, state, attempts FROM jobs_job").fetchall()
        return {key: (state, attempts) for key, state, attempts in rows}


def test_the_embedded_worker_does_jobs_on_folders_and_loses_none_when_killed(wait_until, tmp_path):
    embedded = Embedded(tmp_path / "data")
    embedded.directory.mkdir()
    if not fill_database(f"sqlite:///{embedded.directory / 'portal.sqlite3'}"):
        embedded.run("manage.py", "migrate", "--verbosity=0")
    folder = tmp_path / "marks"
    folder.mkdir()
    worker = WorkerProcess(log=tmp_path / "worker.log", environment=embedded.environment)
    worker.start()
    try:
        # A message that was cut off while it was written must not end the worker.
        (embedded.directory / "broker" / "queue" / "0_half.celery.msg").write_text('{"body": "W1')
        embedded.enqueue("quick", folder, seconds=0)
        wait_until(lambda: embedded.states().get("quick") == ("done", 1), what="a job is done at once")
        embedded.enqueue("cut off", folder, seconds=6)
        wait_until(lambda: _marks(folder, "begun") == 2, what="the second job begins")
        worker.kill()
        assert embedded.states()["cut off"] == ("running", 1)
        # What the broker's folder still held is lost as well: only the rows are left.
        for message in (embedded.directory / "broker" / "queue").iterdir():
            message.unlink()
        worker.start()
        wait_until(lambda: embedded.states()["cut off"] == ("done", 2), seconds=60, what="the job is done after all")
    finally:
        worker.kill()
    assert _marks(folder, "begun") == 3
    assert _marks(folder, "ended") == 2
    log = worker.log.read_text()
    assert log.count("Traceback") == log.count("cannot be read and is put aside") == 1
    assert "database is locked" not in log
