"""The screen of jobs, and what monitors are told."""

import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import Role
from portal.audit.models import AuditRecord
from portal.jobs import selectors
from portal.jobs.enums import JobState
from portal.jobs.health import CHECKS
from portal.jobs.models import Heartbeat, Job
from tests.factories import make_official, wuxi

pytestmark = pytest.mark.django_db
URL = "/jobs/"


@pytest.fixture
def admin(client):
    user = make_official(Role.SYSTEM_ADMIN, wuxi())
    client.force_login(user)
    return user


def _job(key="1", **fields):
    fields = {"kind": "notifications.send_email", "payload": {"pk": 1}} | fields
    return Job.objects.create(key=key, **fields)


def _dead(key="1", **fields):
    return _job(key, state=JobState.DEAD, last_error="Traceback …\nSMTPServerDisconnected: 邮件服务器断开", **fields)


def _sweep(ago=timedelta(0)):
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": timezone.now() - ago})


def _text(client, **query):
    return client.get(URL, query).content.decode()


def test_a_failed_job_is_shown_with_its_error_and_a_button(client, admin):
    job = _dead(attempts=6)
    text = _text(client)
    for words in ("发送消息", "失败，待人工处理", "SMTPServerDisconnected: 邮件服务器断开", "6 / 6"):
        assert words in text
    assert reverse("jobs:retry", args=[job.pk]) in text


def test_an_empty_list_has_words(client, admin):
    assert "还没有任务" in _text(client)


def test_a_filter_without_result_offers_a_way_back(client, admin):
    _job()
    assert "查看全部" in _text(client, state="dead")


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({"state": "dead"}, ["dead"]),
        ({"kind": "notices.issue_grant"}, ["grant"]),
        ({"text": "断开"}, ["dead"]),
        ({"text": "gra"}, ["grant"]),
    ],
)
def test_a_filter_narrows(client, admin, query, keys):
    _dead("dead")
    _job("grant", kind="notices.issue_grant")
    assert [job.key for job in client.get(URL, query).context["page"].rows] == keys


def test_pages_follow_each_other_without_gap_or_repetition(client, admin, monkeypatch):
    monkeypatch.setattr(selectors, "PAGE_SIZE", 4)
    made = [_job(str(n)).pk for n in range(10)]
    seen, after = [], ""
    while True:
        context = client.get(URL, {"after": after}).context
        seen += [job.pk for job in context["page"].rows]
        after = context["page"].next_cursor
        if not after:
            break
    assert seen == made[::-1]


def test_a_silent_worker_is_told_with_the_remedy(client, admin):
    assert "后台进程还没有运行过" in _text(client)
    _sweep(ago=timedelta(minutes=5))
    assert "后台进程没有回应" in _text(client)
    _sweep()
    text = _text(client)
    assert "后台进程没有回应" not in text
    assert "任务积压" not in text


def test_jobs_that_pile_up_are_told(client, admin):
    _sweep()
    _job(run_after=timezone.now() - timedelta(minutes=11))
    assert "任务积压" in _text(client)


def test_the_button_puts_the_job_back_in_line_on_record(client, admin, sent, django_capture_on_commit_callbacks):
    job = _dead()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("jobs:retry", args=[job.pk]), follow=True)
    assert "已重新排队" in response.content.decode()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.WAITING, 0)
    assert sent == [job.pk]
    assert AuditRecord.objects.get().actor == admin
    response = client.post(reverse("jobs:retry", args=[job.pk]), follow=True)
    assert "无需重试" in response.content.decode()


def test_all_of_a_kind_go_back_in_line(client, admin, sent):
    for key in "ab":
        _dead(key)
    response = client.post(reverse("jobs:retry_kind"), {"kind": "notifications.send_email"}, follow=True)
    assert "已将 2 个失败的“发送消息”重新排队" in response.content.decode()
    assert not Job.objects.filter(state=JobState.DEAD).exists()
    response = client.post(reverse("jobs:retry_kind"), follow=True)
    assert "无需重试" in response.content.decode()


def test_a_link_retries_nothing(client, admin):
    job = _dead()
    assert client.get(reverse("jobs:retry", args=[job.pk])).status_code == 405
    assert client.get(reverse("jobs:retry_kind")).status_code == 405


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM_ADMIN}))
def test_nobody_but_the_system_administrator_sees_or_retries(client, role):
    job = _dead()
    client.force_login(make_official(role, wuxi()))
    assert client.get(URL).status_code == 403
    assert client.post(reverse("jobs:retry", args=[job.pk])).status_code == 403
    assert client.post(reverse("jobs:retry_kind"), {"kind": job.kind}).status_code == 403
    job.refresh_from_db()
    assert job.state == JobState.DEAD


def test_health_follows_the_sweep(client):
    assert client.get("/healthz").status_code == 503
    _sweep()
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]
    _sweep(ago=timedelta(minutes=5))
    assert client.get("/healthz").status_code == 503
    # A process whose clock is a day ahead has swept: that says nothing of today.
    _sweep(ago=timedelta(days=-1))
    assert client.get("/healthz").status_code == 503


def _raise(error):
    raise error


FAULTS = {
    "database": lambda patch: patch.setattr(
        "portal.jobs.health.connection",
        SimpleNamespace(cursor=lambda: _raise(DatabaseError("secret")), vendor="sqlite"),
    ),
    "beat": lambda patch: patch.setattr("portal.jobs.health.last_sweep", lambda: _raise(DatabaseError("gone"))),
    "full disk": lambda patch: patch.setattr("portal.jobs.health.shutil.disk_usage", lambda _: SimpleNamespace(free=0)),
    "disk": lambda patch: patch.setattr("portal.jobs.health.os.access", lambda *_: False),
    "broker": lambda patch: patch.setattr(
        "portal.jobs.health.current_app.connection_for_write", lambda: _raise(ConnectionRefusedError("redis://secret"))
    ),
    "cache": lambda patch: patch.setattr("portal.jobs.health.FailoverCache.is_away", lambda _: True),
    "clock": lambda patch: patch.setitem(CHECKS, "clock", lambda: (False, "相差 90 秒")),
}


@pytest.mark.parametrize("name", FAULTS)
def test_health_fails_with_each_thing_the_portal_needs_and_names_it_to_the_administrator_alone(
    client, monkeypatch, settings, name
):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    _sweep()
    administrator = make_official(Role.SYSTEM_ADMIN, wuxi())
    assert client.get("/healthz").status_code == 200
    FAULTS[name](monkeypatch)
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"status": "unavailable"})
    client.force_login(make_official(Role.AUDITOR, wuxi()))
    assert client.get("/healthz").json() == {"status": "unavailable"}
    client.force_login(administrator)
    answer = client.get("/healthz").json()
    assert name.split()[-1] in [check for check, state in answer["checks"].items() if not state["ok"]]
    assert "secret" not in str(answer)


def test_health_keeps_details_from_an_administrator_without_second_factor(client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = True
    client.force_login(make_official(Role.SYSTEM_ADMIN, wuxi()))
    assert "checks" not in client.get("/healthz").json()


def test_the_command_sweeps_or_does_the_jobs_itself(sent):
    job = _job(kind="tests.succeed", payload={"word": "x"}, run_after=timezone.now() - timedelta(minutes=1))
    out = io.StringIO()
    call_command("sweep_jobs", stdout=out)
    assert "1" in out.getvalue()
    assert sent == [job.pk]
    call_command("sweep_jobs", "--run", stdout=out)
    job.refresh_from_db()
    assert job.state == JobState.DONE
