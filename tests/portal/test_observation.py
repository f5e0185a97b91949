"""What is seen from outside: one id from a request through its jobs, slow statements, figures for Prometheus."""

import json
import logging
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from portal.core.logs import JsonFormatter, as_request
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.jobs.models import Heartbeat, Job
from portal.jobs.services import enqueue_job, run_job

pytestmark = pytest.mark.django_db
BEARER = {"HTTP_AUTHORIZATION": "Bearer a-token-of-the-monitor"}


@pytest.fixture
def lines(caplog):
    """Every log line of the test as it is written in production."""
    caplog.set_level(logging.INFO)
    formatter = JsonFormatter()
    written = []

    class Handler(logging.Handler):
        def emit(self, record):
            written.append(json.loads(formatter.format(record)))

    handler = Handler()
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def measured(client, settings):
    settings.METRICS_TOKEN = "a-token-of-the-monitor"

    def read(name: str, /, **labels: str) -> float:
        text = client.get("/metrics", **BEARER).content.decode()
        wanted = {f'{key}="{value}"' for key, value in labels.items()}
        found = re.findall(rf"^{name}(?:\{{([^}}]*)\}})? (\S+)$", text, re.MULTILINE)
        return sum(float(value) for given, value in found if wanted <= set(given.split(",")))

    return read


def test_a_request_has_one_id_in_its_answer_its_lines_and_the_jobs_that_follow(client, lines, monkeypatch):
    def fail(**_: object) -> None:
        logging.getLogger("test").warning("at work")
        raise RuntimeError("broken")

    monkeypatch.setitem(JOB_KINDS, "test.fail", JobKind("试验", fail))
    answer = client.get("/account/login/?next=/secret-token/", headers={"X-Request-ID": "edge-12345678"})
    assert answer.headers["X-Request-ID"] == "edge-12345678"
    line = next(line for line in lines if line["logger"] == "portal.requests")
    assert (line["request_id"], line["route"], line["status"]) == ("edge-12345678", "account_login", 200)
    with as_request("edge-12345678"):
        job = enqueue_job("test.fail", key="1", payload={})
    Job.objects.update(run_after=timezone.now())
    assert run_job(job.pk) is False
    mine = [line for line in lines if line["request_id"] == "edge-12345678"]
    assert {"at work", f"Job {job} failed at attempt 1."} <= {line["message"] for line in mine}
    assert "RuntimeError: broken" in next(line["traceback"] for line in mine if "traceback" in line)
    assert "secret-token" not in json.dumps(lines)


@pytest.mark.parametrize("sent", ["", "short", "x" * 65, "line\\nbreak-12345", "中文中文中文中文"])
def test_an_id_that_cannot_be_trusted_in_a_log_is_replaced(client, sent):
    answer = client.get("/account/login/", headers={"X-Request-ID": sent.encode().decode("latin-1")})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_a_slow_statement_is_named_without_its_values(settings, lines):
    settings.SLOW_STATEMENT_SECONDS = 0
    Job.objects.filter(key="a-secret-value").first()
    line = next(line for line in lines if line["logger"] == "portal.statements")
    assert "jobs_job" in line["message"]
    assert "a-secret-value" not in json.dumps(lines)
    settings.SLOW_STATEMENT_SECONDS = 60
    count = len(lines)
    Job.objects.first()
    assert len(lines) == count
    assert connection.execute_wrappers.count(connection.execute_wrappers[0]) == 1


def test_requests_jobs_and_the_ages_of_queues_are_measured(client, measured, monkeypatch):
    monkeypatch.setitem(JOB_KINDS, "test.pass", JobKind("试验", lambda: None))
    seen = measured("portal_requests_total", route="account_login", method="GET", status="200")
    client.get("/account/login/")
    assert measured("portal_requests_total", route="account_login", method="GET", status="200") == seen + 1
    job = enqueue_job("test.pass", key="1", payload={})
    Job.objects.update(run_after=timezone.now() - timedelta(minutes=5))
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": timezone.now()})
    assert measured("portal_jobs", kind="test.pass", state="waiting") == 1
    assert 299 < measured("portal_job_due_seconds", kind="test.pass") < 400
    assert measured("portal_heartbeat_seconds", name="sweep") < 60
    done = measured("portal_job_runs_total", kind="test.pass", outcome="done")
    assert run_job(job.pk) is True
    assert measured("portal_job_runs_total", kind="test.pass", outcome="done") == done + 1


def test_figures_are_for_the_monitor_alone_and_name_nobody(client, settings):
    assert client.get("/metrics", **BEARER).status_code == 404
    settings.METRICS_TOKEN = "a-token-of-the-monitor"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer another").status_code == 404
    client.get("/v/SECRETCODE/")
    client.get("/no/such/secret-page/")
    text = client.get("/metrics", **BEARER).content.decode()
    assert 'route="none"' in text
    assert "SECRET" not in text.upper()
    assert reverse("metrics") == "/metrics"
