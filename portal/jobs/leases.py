"""Keep a job's lease while its handler runs."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from portal.jobs.models import Job

logger = logging.getLogger(__name__)


def lease_end(now: datetime) -> datetime:
    """Until when a lease taken or renewed now holds."""
    return now + timedelta(seconds=settings.JOB_LEASE_SECONDS)


@contextmanager
def kept_lease(job_id: int, *, token: str) -> Iterator[None]:
    """Renew the lease from a second thread until the block ends, or JOB_LONGEST_SECONDS have passed.

    A worker that is killed renews no more, so its job comes back within one lease, however long jobs may take. One
    that hangs stops renewing after the longest time, and its job is handed out again beside it.
    """
    done = threading.Event()
    thread = threading.Thread(target=_renew, args=(job_id, token, done), name=f"lease-{job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _renew(job_id: int, token: str, done: threading.Event) -> None:
    deadline = time.monotonic() + settings.JOB_LONGEST_SECONDS
    mine = Job.objects.leased(job_id, token=token)
    try:
        while not done.wait(settings.JOB_LEASE_SECONDS / 3) and time.monotonic() < deadline:
            try:
                if not mine.update(lease_until=lease_end(timezone.now())):
                    logger.warning("Job %s has lost its lease while it ran.", job_id)
                    return
            except DatabaseError:
                # The next turn tries again on a new connection; the lease outlasts two that fail.
                logger.warning("The lease of job %s could not be renewed.", job_id, exc_info=True)
                connection.close()
    finally:
        connection.close()
