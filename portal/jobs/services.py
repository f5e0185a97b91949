"""Enqueue jobs, run each once, and send again those that are due and not done."""

import gc
import logging
import time
import traceback
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError

from portal.audit.services import record_audit
from portal.core import metrics
from portal.core.actor import ActorContext
from portal.core.bulk import insert_new
from portal.core.logs import as_request, current_request_id
from portal.jobs.enums import JobAction, JobState
from portal.jobs.kinds import JOB_KINDS
from portal.jobs.leases import kept_lease, lease_end
from portal.jobs.models import Heartbeat, Job
from portal.jobs.progress import LaterError, LeaseLostError, progress_of_job
from portal.jobs.selectors import SWEEP, due_jobs
from portal.jobs.workflow import WORKFLOW

logger = logging.getLogger(__name__)

TASK_NAME = "portal.jobs.run"
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
# Messages that one request or one sweep sends at most; what is left over is for the next sweep.
BATCH = 500
NO_LEASE: dict[str, Any] = {"lease_until": None, "lease_token": ""}

_unannounced: ContextVar[bool] = ContextVar("unannounced", default=False)


@contextmanager
def unannounced() -> Iterator[None]:
    """Send no message for the jobs that are enqueued inside: the caller does them, or leaves them to the sweep."""
    token = _unannounced.set(True)
    try:
        yield
    finally:
        _unannounced.reset(token)


def enqueue_job(kind: str, *, key: str, payload: Mapping[str, Any], region_code: str = "") -> Job:
    """Enqueue a job inside the caller's transaction; its message goes out only after commit.

    The same `(kind, key)` again returns the job that stands. Raises LookupError for a kind that no app registers.
    """
    fresh = Job(kind=kind, key=key, **_new_job(kind, payload, region_code))
    job = fresh if insert_new([fresh], "kind", "key") else Job.objects.get(kind=kind, key=key)
    if job.state == JobState.WAITING:
        _announce([job.pk])
    return job


def enqueue_jobs(kind: str, payloads: Mapping[str, Mapping[str, Any]], *, region_code: str = "") -> None:
    """Enqueue many jobs of a kind by their keys, in one statement where none stands; otherwise as `enqueue_job`."""
    rows = [Job(kind=kind, key=key, **_new_job(kind, payload, region_code)) for key, payload in payloads.items()]
    ids = [job.pk for job in insert_new(rows, "kind", "key")]
    if len(ids) < len(rows):
        waiting = Job.objects.filter(kind=kind, key__in=list(payloads), state=JobState.WAITING).order_by("pk")
        ids = list(waiting.values_list("pk", flat=True))
    _announce(ids)


def _new_job(kind: str, payload: Mapping[str, Any], region_code: str) -> dict[str, Any]:
    """The fields of a new job. Raises LookupError for a kind that no app registers."""
    return {
        "payload": dict(payload),
        "region_code": region_code,
        "max_attempts": JOB_KINDS[kind].attempts,
        "request_id": current_request_id(),
    }


def enqueue_regular_jobs() -> None:
    """Enqueue the job of this day or hour of every kind that has one; those that are there already stay as they are."""
    now = timezone.localtime()
    with transaction.atomic():
        for kind, entry in JOB_KINDS.items():
            if key := entry.key_at(now):
                enqueue_job(kind, key=key, payload={})


def _announce(job_ids: Iterable[int]) -> None:
    """Send messages after commit. `robust`: what was committed stands, whatever becomes of its message."""
    if _unannounced.get():
        return
    ids = list(job_ids)

    # A function of its own: the framework names a failed one in the log, and a partial has no name.
    def send_after_commit() -> None:
        _send_messages(ids)

    transaction.on_commit(send_after_commit, robust=True)


def _send_messages(job_ids: Iterable[int]) -> int:
    """Send messages until the broker refuses one; return how many it took."""
    sent = 0
    for job_id in job_ids:
        if not send_message(job_id):
            break
        sent += 1
    return sent


def send_message(job_id: int) -> bool:
    """Tell a worker that a job waits. A broker that is down loses nothing: the sweep sends again."""
    try:
        current_app.send_task(TASK_NAME, args=[job_id], retry=False)
    except (OperationalError, OSError):
        logger.warning("The broker took no message for job %s; the sweep will send it again.", job_id)
        return False
    return True


def run_job(job_id: int) -> bool:
    """Lease a job and run its handler. Returns whether it was this call that finished it.

    Must be called outside a transaction. Handlers are idempotent: a worker killed at any point leaves a lease that
    runs out, and the job runs again.
    """
    now = timezone.now()
    token = str(uuid.uuid4())
    leased = WORKFLOW.move_all(
        due_jobs(now).filter(pk=job_id),
        JobAction.LEASE,
        attempts=F("attempts") + 1,
        lease_token=token,
        lease_until=lease_end(now),
        progress_done=0,
        progress_total=0,
    )
    if not leased:
        return False
    job = Job.objects.get(pk=job_id)
    began = time.monotonic()
    with as_request(job.request_id):
        outcome = _run_handler(job, token)
    metrics.job_ended(job.kind, outcome, time.monotonic() - began)
    return outcome == "done"


@contextmanager
def _spared_collector() -> Iterator[None]:
    """Keep what stands before a job from being searched for garbage again and again while it makes thousands of rows.

    That took a seventh of the time of a long job.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _run_handler(job: Job, token: str) -> str:
    """Run a leased job's handler and write down how it ended: done, failed, or lost to another worker."""
    try:
        with kept_lease(job.pk, token=token), progress_of_job(job.pk, token=token), _spared_collector():
            JOB_KINDS[job.kind].handler(**job.payload)
    except LeaseLostError:
        logger.warning("Job %s was given up: it had passed to another worker.", job)
        return "lost"
    except LaterError as later:
        mine = Job.objects.leased(job.pk, token=token)
        WORKFLOW.move_all(mine, JobAction.POSTPONE, run_after=later.at, attempts=F("attempts") - 1, **NO_LEASE)
        return "postponed"
    except Exception:  # whatever a handler raises is kept with the job and shown on screen
        logger.exception("Job %s failed at attempt %s.", job, job.attempts)
        _record_failure(job, token, traceback.format_exc(limit=-12))
        return "failed"
    mine = Job.objects.leased(job.pk, token=token)
    finished = WORKFLOW.move_all(mine, JobAction.FINISH, finished_at=timezone.now(), last_error="", **NO_LEASE)
    if not finished:
        logger.warning("Job %s ended after its lease had passed to another worker.", job)
        return "lost"
    logger.info("Job %s is done.", job)
    return "done"


def _record_failure(job: Job, token: str, error: str) -> None:
    mine = Job.objects.leased(job.pk, token=token)
    if job.attempts >= job.max_attempts:
        WORKFLOW.move_all(mine, JobAction.GIVE_UP, last_error=error[-8000:], **NO_LEASE)
        return
    wait = min(FIRST_RETRY * 4 ** min(job.attempts - 1, 8), LONGEST_RETRY)
    due = timezone.now() + wait
    WORKFLOW.move_all(mine, JobAction.POSTPONE, run_after=due, last_error=error[-8000:], **NO_LEASE)


def sweep_jobs(*, limit: int = BATCH) -> int:
    """Send again what waits past its time or whose lease ran out. Returns how many messages went out.

    A job that kills its worker every time must end too: after its last attempt it is put aside for a person.
    """
    now = timezone.now()
    Heartbeat.objects.update_or_create(name=SWEEP, defaults={"at": now})
    lost = Job.objects.filter(lease_until__lt=now, attempts__gte=F("max_attempts"))
    WORKFLOW.move_all(lost, JobAction.GIVE_UP, last_error="执行进程多次中断，未留下错误信息。", **NO_LEASE)
    # What has only just come due has its own message under way.
    grace = timedelta(seconds=settings.JOB_SWEEP_SECONDS)
    return _send_messages(due_jobs(now, grace=grace).values_list("pk", flat=True)[:limit])


def run_due_jobs() -> int:
    """Do what is due here and now, without broker and worker; returns how many jobs were finished."""
    ids = list(due_jobs(timezone.now()).values_list("pk", flat=True))
    return sum(run_job(job_id) for job_id in ids)


def retry_job(job: Job, *, act: ActorContext) -> bool:
    """Put a job that failed back in line, with its attempts counted anew; returns whether it had failed."""
    with transaction.atomic():
        changed = _revive(Job.objects.filter(pk=job.pk), act=act)
        if changed:
            before, after = {"state": JobState.DEAD}, {"state": JobState.WAITING}
            record_audit(act, action="jobs.retry", target=job, region_code=job.region_code, before=before, after=after)
    return bool(changed)


def run_again(kind: str, key: str, *, act: ActorContext) -> None:
    """Let a job that failed or waits for its next attempt run now; in the caller's transaction."""
    job = Job.objects.filter(kind=kind, key=key)
    _revive(job, act=act)
    if job.filter(state=JobState.WAITING).update(run_after=act.at):
        _announce(job.values_list("pk", flat=True))


def retry_dead_jobs(kind: str, *, act: ActorContext) -> int:
    """Put every failed job of a kind that the person sees back in line; returns how many they were."""
    with transaction.atomic():
        seen = Job.objects.visible_to(act.user) if act.user else Job.objects.all()
        dead = seen.filter(kind=kind, state=JobState.DEAD).order_by("pk")
        first = dead.first()
        changed = _revive(dead, act=act)
        if first is not None and changed:
            record_audit(act, action="jobs.retry_kind", target=first, after={"kind": kind, "count": len(changed)})
    return len(changed)


def close_dead_jobs(kind: str, payload: Mapping[str, Any], *, act: ActorContext) -> int:
    """End failed jobs of a kind and payload that have nothing left to do; returns how many they were."""
    jobs = Job.objects.filter(kind=kind, payload=payload)
    return WORKFLOW.move_all(jobs, JobAction.CLOSE, finished_at=act.at, last_error="")


def _revive(jobs: QuerySet[Job], *, act: ActorContext) -> list[int]:
    """Let dead jobs wait again, from now; returns the ids of those that were dead."""
    ids = list(jobs.filter(state=JobState.DEAD).select_for_update().values_list("pk", flat=True))
    WORKFLOW.move_all(Job.objects.filter(pk__in=ids), JobAction.RETRY, attempts=0, run_after=act.at)
    if ids:
        _announce(ids[:BATCH])
    return ids
