"""A real worker, killed while it computes: another begins anew, and there is one result."""

import pytest
from django.utils import timezone

from portal.jobs.enums import JobState
from portal.jobs.models import Job
from review.whatif.enums import RunState
from review.whatif.models import SimulationRun
from tests.applications.worlds import publish
from tests.review.whatif.worlds import made, simulator, started

pytestmark = [pytest.mark.worker, pytest.mark.slow, pytest.mark.postgres]


def test_a_simulation_whose_worker_was_killed_is_computed_from_the_start_and_once(celery_worker_process, wait_until):
    publish()
    run = started(simulator(), made(400_000))

    def percent():
        return Job.objects.get(kind="whatif.simulate").progress_done

    wait_until(lambda: 0 < percent() < 100, what="the simulation is under way")
    celery_worker_process.kill()
    assert SimulationRun.objects.get().state == RunState.RUNNING
    assert Job.objects.get(kind="whatif.simulate").state == JobState.RUNNING

    celery_worker_process.start()
    wait_until(lambda: SimulationRun.objects.get().state == RunState.DONE, seconds=90, what="the simulation is done")
    wait_until(lambda: Job.objects.get(kind="whatif.simulate").state == JobState.DONE, what="the job is done")
    job, run = Job.objects.get(kind="whatif.simulate"), SimulationRun.objects.get(pk=run.pk)
    assert (job.attempts, job.percent) == (2, 100)
    assert run.results["total"][1][0] == 400_000
    assert run.started_at < run.finished_at <= timezone.now()
