"""What is promised is done once, or stays visible until it is."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from portal.audit.models import AuditRecord
from portal.jobs.enums import JobState
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.jobs.models import Heartbeat, Job
from portal.jobs.services import (
    enqueue_job,
    retry_dead_jobs,
    retry_job,
    run_due_jobs,
    run_job,
    sweep_jobs,
)
from tests.factories import act
from tests.portal.jobs.handlers import CALLS

pytestmark = pytest.mark.django_db


def _job(kind="tests.succeed", key="1", **fields):
    fields = {"payload": {"word": key}} | fields
    return Job.objects.create(kind=kind, key=key, **fields)


def _running(**fields):
    fields = {"lease_until": timezone.now() - timedelta(seconds=1), "lease_token": "old", "attempts": 1} | fields
    return _job(state=JobState.RUNNING, **fields)


def _dead(key="1", **fields):
    return _job(kind="tests.fail", key=key, state=JobState.DEAD, attempts=6, last_error="坏了", **fields)


# ---- promising ---------------------------------------------------------------------------------------


def test_a_message_goes_out_only_after_commit(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = enqueue_job("tests.succeed", key="1", payload={"word": "x"})
        assert sent == []
    assert sent == [job.pk]


def test_a_rolled_back_promise_is_none(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError), transaction.atomic():
        enqueue_job("tests.succeed", key="1", payload={"word": "x"})
        raise RuntimeError
    assert sent == []
    assert not Job.objects.exists()


def test_the_same_key_is_the_same_job(sent):
    first = enqueue_job("tests.succeed", key="1", payload={"word": "x"})
    assert enqueue_job("tests.succeed", key="1", payload={"word": "y"}) == first
    assert Job.objects.get().payload == {"word": "x"}


def test_a_job_that_is_done_is_not_promised_anew(sent, django_capture_on_commit_callbacks):
    job = enqueue_job("tests.succeed", key="1", payload={"word": "x"})
    assert run_job(job.pk)
    with django_capture_on_commit_callbacks(execute=True):
        enqueue_job("tests.succeed", key="1", payload={"word": "x"})
    assert sent == []
    assert CALLS == ["x"]


def test_a_kind_without_handler_is_refused_when_promised():
    with pytest.raises(LookupError, match=r"no\.such"):
        enqueue_job("no.such", key="1", payload={})
    assert not Job.objects.exists()


@pytest.mark.parametrize("error", [OperationalError("gone"), ConnectionRefusedError(), OSError("disk full")])
def test_a_broker_that_is_down_harms_neither_the_deed_nor_the_job(
    error, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(*_args, **_kwargs):
        raise error

    monkeypatch.setattr("portal.jobs.services.current_app.send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        job = enqueue_job("tests.succeed", key="1", payload={"word": "x"})
    job.refresh_from_db()
    assert job.state == JobState.WAITING


@pytest.mark.django_db(transaction=True)
def test_an_error_nobody_foresaw_at_the_broker_harms_no_deed_either(monkeypatch):
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise ValueError("Database is int between 0 and limit - 1")

    monkeypatch.setattr("portal.jobs.services.current_app.send_task", refuse)
    with transaction.atomic():
        job = enqueue_job("notifications.send_email", key="1", payload={"email_id": 1})
    assert Job.objects.get(pk=job.pk).state == JobState.WAITING


# ---- running -----------------------------------------------------------------------------------------


def test_a_job_runs_once_however_many_messages_come():
    job = _job()
    assert [run_job(job.pk) for _ in range(3)] == [True, False, False]
    assert CALLS == ["1"]
    job.refresh_from_db()
    assert (job.state, job.attempts, job.lease_token) == (JobState.DONE, 1, "")
    assert job.finished_at is not None


def test_a_job_that_is_gone_is_nothing_to_do():
    assert run_job(999_999) is False


def test_a_failing_job_waits_longer_each_time_and_is_put_aside_after_its_last_attempt():
    job = _job("tests.fail")
    waits = []
    for _ in range(job.max_attempts):
        Job.objects.update(run_after=timezone.now())
        before = timezone.now()
        assert run_job(job.pk) is False
        job.refresh_from_db()
        waits.append(round((job.run_after - before).total_seconds()))
    assert waits[:5] == [5, 20, 80, 320, 1280]
    assert job.state == JobState.DEAD
    assert len(CALLS) == job.attempts == 6
    assert job.error_line.endswith("BreakdownError: 1：打印机没有纸")
    assert "Traceback" in job.last_error


def test_no_wait_is_longer_than_an_hour():
    job = _job("tests.fail", max_attempts=20, attempts=15)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.run_after - timezone.now() <= timedelta(hours=1)


def test_a_job_is_not_run_before_its_time():
    job = _job(run_after=timezone.now() + timedelta(minutes=1))
    assert run_job(job.pk) is False
    assert CALLS == []


def test_a_kind_whose_handler_was_removed_fails_visibly():
    job = _job("no.such")
    run_job(job.pk)
    job.refresh_from_db()
    assert "LookupError" in job.last_error


def test_a_leased_job_is_left_alone_until_its_lease_runs_out():
    job = _running(lease_until=timezone.now() + timedelta(minutes=1))
    assert run_job(job.pk) is False
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert run_job(job.pk) is True
    assert CALLS == ["1"]


def test_a_worker_that_lost_its_lease_finishes_nothing(monkeypatch):
    job = _job()

    def lose(word):
        Job.objects.update(lease_token="another")

    monkeypatch.setitem(JOB_KINDS, job.kind, JobKind("", lose))
    assert run_job(job.pk) is False
    job.refresh_from_db()
    assert (job.state, job.lease_token) == (JobState.RUNNING, "another")


def test_a_worker_that_lost_its_lease_reports_no_failure_over_the_others_run(monkeypatch):
    job = _job()

    def lose_and_fail(word):
        Job.objects.update(lease_token="another")
        raise RuntimeError

    monkeypatch.setitem(JOB_KINDS, job.kind, JobKind("", lose_and_fail))
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.last_error) == (JobState.RUNNING, "")


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_renewed_while_the_handler_runs(settings, monkeypatch):
    settings.JOB_LEASE_SECONDS = 1
    job = _job()
    second_run = []

    def long(word):
        time.sleep(1.6)
        second_run.append(run_job(job.pk))

    monkeypatch.setitem(JOB_KINDS, job.kind, JobKind("", long))
    assert run_job(job.pk) is True
    assert second_run == [False]


@pytest.mark.django_db(transaction=True)
def test_a_handler_that_hangs_loses_its_lease_after_the_longest_time(settings, monkeypatch):
    settings.JOB_LEASE_SECONDS, settings.JOB_LONGEST_SECONDS = 0.6, 0.3
    job = _job()
    due = []

    def hang(word):
        time.sleep(1.2)
        due.append(sweep_jobs())

    monkeypatch.setattr("portal.jobs.services.send_message", lambda job_id: True)
    monkeypatch.setitem(JOB_KINDS, job.kind, JobKind("", hang))
    run_job(job.pk)
    assert due == [1]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_workers_with_the_same_message_run_the_job_once():
    job = _job()
    start, results = threading.Barrier(20), []

    def work():
        try:
            start.wait()
            results.append(run_job(job.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False] * 19 + [True]
    assert CALLS == ["1"]


# ---- sweeping ----------------------------------------------------------------------------------------


def test_the_sweep_sends_what_waits_past_its_time_and_what_was_left_lying(sent):
    past = timezone.now() - timedelta(minutes=1)
    waiting = _job(key="waiting", run_after=past)
    left = _running(key="left", run_after=past)
    _job(key="fresh")
    _job(key="later", run_after=timezone.now() + timedelta(minutes=1))
    _job(key="done", state=JobState.DONE, finished_at=past, run_after=past)
    _dead(key="dead", run_after=past)
    assert sweep_jobs() == 2
    assert set(sent) == {waiting.pk, left.pk}


def test_the_sweep_says_when_it_was(sent):
    before = timezone.now()
    sweep_jobs()
    sweep_jobs()
    assert Heartbeat.objects.get().at >= before


def test_the_sweep_puts_aside_a_job_that_ends_its_worker_every_time(sent):
    job = _running(attempts=6)
    sweep_jobs()
    job.refresh_from_db()
    assert (job.state, job.lease_until) == (JobState.DEAD, None)
    assert "多次中断" in job.last_error
    assert sent == []


def test_the_sweep_stops_at_the_first_message_that_the_broker_refuses(monkeypatch):
    asked = []
    monkeypatch.setattr("portal.jobs.services.send_message", lambda job_id: asked.append(job_id) is not None)
    for key in "abc":
        _job(key=key, run_after=timezone.now() - timedelta(minutes=1))
    assert sweep_jobs() == 0
    assert len(asked) == 1


def test_due_jobs_can_be_done_without_broker_and_worker():
    _job(key="a")
    _running(key="b")
    _job("tests.fail", key="c")
    assert run_due_jobs() == 2
    assert sorted(CALLS) == ["a", "b", "c"]


# ---- trying again ------------------------------------------------------------------------------------


def test_a_dead_job_tried_again_runs_and_forgets_its_error(sent, django_capture_on_commit_callbacks, tmp_path):
    file = tmp_path / "repaired"
    job = _job("tests.fail_until_repaired", payload={"file": str(file)}, max_attempts=1)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DEAD
    file.touch()
    with django_capture_on_commit_callbacks(execute=True):
        assert retry_job(job, act=act()) is True
    assert sent == [job.pk]
    assert run_job(job.pk) is True
    job.refresh_from_db()
    assert (job.state, job.attempts, job.last_error) == (JobState.DONE, 1, "")
    assert AuditRecord.objects.get().action == "jobs.retry"


@pytest.mark.parametrize("state", [JobState.WAITING, JobState.DONE])
def test_only_a_dead_job_is_tried_again(state, sent):
    job = _job(state=state, finished_at=timezone.now() if state == JobState.DONE else None)
    assert retry_job(job, act=act()) is False
    assert not AuditRecord.objects.exists()


def test_all_dead_jobs_of_a_kind_are_tried_again_and_no_others(sent, django_capture_on_commit_callbacks):
    dead = [_dead(key=key) for key in "ab"]
    other = _job(key="other", state=JobState.DEAD)
    with django_capture_on_commit_callbacks(execute=True):
        assert retry_dead_jobs("tests.fail", act=act()) == 2
    assert sorted(sent) == sorted(job.pk for job in dead)
    other.refresh_from_db()
    assert other.state == JobState.DEAD
    record = AuditRecord.objects.get()
    assert (record.action, record.after) == ("jobs.retry_kind", {"kind": "tests.fail", "count": 2})
    assert retry_dead_jobs("tests.fail", act=act()) == 0
