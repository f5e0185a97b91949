"""The Celery tasks of the portal: run one job, enqueue the regular ones, and sweep."""

from celery import shared_task

from portal.jobs import services


@shared_task(name=services.TASK_NAME)
def run(job_id: int) -> None:
    """Run one job by its row's id; running twice does no harm."""
    services.run_job(job_id)


@shared_task(name="portal.jobs.enqueue_regular")
def enqueue_regular() -> None:
    """Enqueue the regular jobs that are due; running again within the hour adds none."""
    services.enqueue_regular_jobs()


@shared_task(name="portal.jobs.sweep")
def sweep() -> None:
    """Send again the jobs that are due and not done."""
    services.sweep_jobs()
