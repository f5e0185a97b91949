"""The Celery tasks of the portal: run one job, promise a daily one, and sweep."""

from celery import shared_task

from portal.jobs import services


@shared_task(name=services.TASK_NAME)
def run(job_id: int) -> None:
    """Run one job by its row's id; running twice does no harm."""
    services.run_job(job_id)


@shared_task(name="portal.jobs.promise_daily")
def promise_daily(kind: str) -> None:
    """Promise today's job of a kind; a second bell on the same day promises nothing more."""
    services.promise_daily(kind)


@shared_task(name="portal.jobs.sweep")
def sweep() -> None:
    """Hand out again what was promised and not done."""
    services.sweep_jobs()
