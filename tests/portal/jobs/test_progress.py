"""A running job says how far it is, and a worker that lost its job learns of it."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.progress import report_progress
from portal.jobs.services import run_job
from tests.portal.jobs.handlers import CALLS, SEEN

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _seen():
    SEEN.clear()


def _job(**payload):
    return Job.objects.create(kind="tests.count", key="1", payload=payload)


def test_what_a_handler_reports_stands_in_the_table_while_it_runs():
    job = _job(steps=4)
    assert job.percent is None
    assert run_job(job.pk)
    # The first and the last report are written; those within half a second of another are not.
    assert SEEN == [(0, 4), (0, 4), (0, 4), (0, 4), (4, 4)]
    job.refresh_from_db()
    assert (job.state, job.percent) == (JobState.DONE, 100)


def test_a_second_attempt_begins_at_nothing():
    job = _job(steps=2)
    run_job(job.pk)
    Job.objects.filter(pk=job.pk).update(state=JobState.WAITING, finished_at=None, payload={"steps": 0})
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.progress_done, job.percent) == (0, None)


def test_a_worker_whose_job_was_handed_on_stops_and_leaves_the_other_alone(caplog):
    job = _job(steps=3, lose_after=0)
    assert not run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.lease_token, job.last_error) == (JobState.RUNNING, "another", "")
    assert "passed to another worker" in caplog.text
    assert "ended" not in CALLS


def test_outside_a_job_a_report_says_nothing():
    report_progress(1, 2)
    assert not Job.objects.exists()


def test_the_database_refuses_more_than_all():
    job = Job.objects.create(
        kind="tests.count", key="1", state=JobState.RUNNING, lease_until=timezone.now(), progress_total=1
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(progress_done=2)


def test_whole_per_cents_never_say_all_before_all_is_done():
    assert Job(progress_done=999, progress_total=1000).percent == 99
