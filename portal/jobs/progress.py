"""How far a running job is: said by its handler, shown by whoever waits for it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from portal.jobs.models import Job

# A handler may report after every row; the table is written this often.
_QUIET_SECONDS = 0.5


class LeaseLostError(Exception):
    """The job was handed to another worker while its handler ran: this one ends here."""


class LaterError(Exception):
    """The job is not to be done before a moment: it waits until then, and this attempt does not count."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"not before {at.isoformat()}")
        self.at = at


@dataclass(slots=True)
class _Running:
    """The job that this worker runs, under its lease, and when its progress was last written."""

    job_id: int
    token: str
    written_at: float = float("-inf")


_running: ContextVar[_Running | None] = ContextVar("running", default=None)


@contextmanager
def progress_of_job(job_id: int, *, token: str) -> Iterator[None]:
    """Let what is inside report its progress as this job's."""
    reset = _running.set(_Running(job_id, token))
    try:
        yield
    finally:
        _running.reset(reset)


def report_progress(done: int, total: int) -> None:
    """Write down that `done` of `total` steps are done; for handlers, as often as they like.

    Nothing is written outside a job, or twice within half a second unless all is done. Must be called outside a
    transaction, or nobody sees it. Raises LeaseLostError where another worker has the job by now.
    """
    running = _running.get()
    now = time.monotonic()
    if running is None or (done < total and now - running.written_at < _QUIET_SECONDS):
        return
    running.written_at = now
    mine = Job.objects.leased(running.job_id, token=running.token)
    if not mine.update(progress_done=done, progress_total=total):
        raise LeaseLostError(f"Job {running.job_id} has passed to another worker.")
