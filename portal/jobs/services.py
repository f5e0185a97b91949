"""Promise jobs, run them once, and find again what was promised and not done."""

from __future__ import annotations

import logging
import traceback
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

from portal.act import Act
from portal.audit.services import record_audit
from portal.jobs.models import Job, JobState

logger = logging.getLogger(__name__)

TASK_NAME = "portal.jobs.run"
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)


def enqueue_job(kind: str, *, key: str, payload: Mapping[str, Any]) -> Job:
    """Promise a job inside the caller's transaction; its message goes out only after commit.

    The same `(kind, key)` again returns the job that stands. Raises LookupError for a kind without a handler.
    """
    handler_of(kind)
    job, _ = Job.objects.get_or_create(kind=kind, key=key, defaults={"payload": dict(payload)})
    if job.state == JobState.WAITING:
        transaction.on_commit(partial(send_message, job.pk))
    return job


def send_message(job_id: int) -> None:
    """Tell a worker that a job waits. A broker that is down loses nothing: the sweep sends again."""
    try:
        current_app.send_task(TASK_NAME, args=[job_id], retry=False)
    except (OperationalError, OSError):
        logger.warning("The broker took no message for job %s; the sweep will send it again.", job_id)


def handler_of(kind: str) -> Callable[..., None]:
    """The function that does this kind of job; raises LookupError where settings name none."""
    try:
        return import_string(settings.JOB_HANDLERS[kind])
    except KeyError as error:
        raise LookupError(f"No handler for jobs of kind {kind!r} in JOB_HANDLERS.") from error


def run_job(job_id: int) -> bool:
    """Lease a job and run its handler. Returns whether it was this call that finished it.

    Handlers are idempotent: a worker killed at any point leaves a lease that runs out, and the job runs again.
    """
    now = timezone.now()
    token = str(uuid.uuid4())
    leasable = Q(state=JobState.WAITING, run_after__lte=now) | Q(state=JobState.RUNNING, lease_until__lt=now)
    leased = Job.objects.filter(leasable, pk=job_id).update(
        state=JobState.RUNNING,
        attempts=F("attempts") + 1,
        lease_token=token,
        lease_until=now + timedelta(seconds=settings.JOB_LEASE_SECONDS),
    )
    if not leased:
        return False
    job = Job.objects.get(pk=job_id)
    try:
        handler_of(job.kind)(**job.payload)
    except Exception:  # noqa: BLE001 - whatever a handler raises is kept with the job and shown on screen
        logger.exception("Job %s failed at attempt %s.", job, job.attempts)
        _record_failure(job, token, traceback.format_exc(limit=-12))
        return False
    finished = Job.objects.filter(pk=job_id, lease_token=token, state=JobState.RUNNING).update(
        state=JobState.DONE, finished_at=timezone.now(), lease_until=None, lease_token="", last_error=""
    )
    return bool(finished)


def _record_failure(job: Job, token: str, error: str) -> None:
    mine = Job.objects.filter(pk=job.pk, lease_token=token, state=JobState.RUNNING)
    common = {"last_error": error[-8000:], "lease_until": None, "lease_token": ""}
    if job.attempts >= job.max_attempts:
        mine.update(state=JobState.DEAD, **common)
        return
    wait = min(FIRST_RETRY * 4 ** (job.attempts - 1), LONGEST_RETRY)
    mine.update(state=JobState.WAITING, run_after=timezone.now() + wait, **common)


def sweep_jobs(*, limit: int = 500) -> int:
    """Send again what waits past its time or whose lease ran out. Returns how many messages went out.

    A job that kills its worker every time must end too: after its last attempt it is put aside for a person.
    """
    now = timezone.now()
    expired = Q(state=JobState.RUNNING, lease_until__lt=now)
    Job.objects.filter(expired, attempts__gte=F("max_attempts")).update(
        state=JobState.DEAD, lease_until=None, lease_token="", last_error="执行进程多次中断，未留下错误信息。"
    )
    grace = now - timedelta(seconds=settings.JOB_SWEEP_SECONDS)
    due = Job.objects.filter(Q(state=JobState.WAITING, run_after__lte=grace) | expired).order_by("run_after")
    ids = list(due.values_list("pk", flat=True)[:limit])
    for job_id in ids:
        send_message(job_id)
    return len(ids)


def retry_job(job: Job, *, act: Act) -> None:
    """Put a job that failed back in line, with its attempts counted anew; does nothing to any other job."""
    with transaction.atomic():
        changed = Job.objects.filter(pk=job.pk, state=JobState.DEAD).update(
            state=JobState.WAITING, attempts=0, run_after=act.at
        )
        if changed:
            transaction.on_commit(partial(send_message, job.pk))
            record_audit(act, action="jobs.retry", target=job, after={"state": JobState.WAITING})
