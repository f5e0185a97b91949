"""Telling people: once per key, on the site and by mail, whatever the mail server does."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.services import retry_job, run_job
from portal.notifications.jobs import send_outgoing
from portal.notifications.models import Message, Outgoing
from portal.notifications.services import mark_all_read, mark_read, notify_users
from tests.factories import UserFactory, act

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr("portal.jobs.services.current_app.send_task", lambda *args, **kwargs: None)


def _tell(*users, key="claim:1:approved", title="申报已批准", body="金额 5,000.00 元。", url="/claims/1/"):
    return notify_users(users, "review.report", key=key, url=url, heading=title, report=body)


def test_each_person_gets_a_message_and_a_mail():
    users = [UserFactory(), UserFactory()]
    assert [message.user for message in _tell(*users)] == users
    assert list(Outgoing.objects.values_list("to", flat=True)) == [user.email for user in users]
    assert Job.objects.filter(kind="notifications.send_email").count() == 2


def test_the_same_key_tells_nothing_twice():
    user = UserFactory()
    _tell(user)
    assert _tell(user, title="别的") == []
    assert Message.objects.get().title == "申报已批准"
    assert Outgoing.objects.count() == 1


def test_nothing_is_told_of_a_deed_that_was_rolled_back():
    with pytest.raises(RuntimeError), transaction.atomic():
        _tell(UserFactory())
        raise RuntimeError
    assert not Message.objects.exists()
    assert not Outgoing.objects.exists()
    assert not Job.objects.exists()


def test_a_person_who_may_not_sign_in_is_not_written_to():
    assert _tell(UserFactory(is_active=False)) == []
    assert not Outgoing.objects.exists()


def test_the_mail_greets_says_and_leads_back(settings):
    settings.PUBLIC_URL = "https://ip.example.gov.cn"
    _tell(UserFactory(name="张三"))
    send_outgoing(Outgoing.objects.get().pk)
    sent = mail.outbox[0]
    assert sent.subject == "申报已批准"
    assert sent.body.startswith("张三，您好：\n\n金额 5,000.00 元。\n\n")
    assert "https://ip.example.gov.cn/claims/1/" in sent.body
    assert "请勿直接回复" in sent.body
    assert sent.extra_headers["Message-ID"].endswith("@ip.example.gov.cn>")
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_mail_without_a_page_leads_nowhere():
    _tell(UserFactory(), url="")
    assert "请登录后查看" not in Outgoing.objects.get().body


@pytest.mark.parametrize(
    ("title", "subject"), [("两\r\nBcc: x@example.org\n行", "两 Bcc: x@example.org 行"), ("长" * 200, "长" * 119 + "…")]
)
def test_a_title_is_one_line_that_fits(title, subject):
    _tell(UserFactory(), title=title)
    send_outgoing(Outgoing.objects.get().pk)
    assert mail.outbox[0].subject == subject
    assert mail.outbox[0].recipients() == [Outgoing.objects.get().to]


def test_a_mail_that_went_out_is_not_sent_again():
    _tell(UserFactory())
    outgoing = Outgoing.objects.get()
    for _ in range(2):
        send_outgoing(outgoing.pk)
    assert len(mail.outbox) == 1
    outgoing.refresh_from_db()
    assert outgoing.sent_at is not None


def test_two_sendings_of_one_mail_carry_one_message_id():
    _tell(UserFactory())
    outgoing = Outgoing.objects.get()
    send_outgoing(outgoing.pk)
    Outgoing.objects.update(state="waiting", sent_at=None)
    send_outgoing(outgoing.pk)
    first, second = (sent.extra_headers["Message-ID"] for sent in mail.outbox)
    assert first == second


def test_a_mail_server_that_is_down_leaves_its_error_with_the_job_until_it_is_tried_again(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    _tell(UserFactory())
    job = Job.objects.get()
    for _ in range(job.max_attempts):
        Job.objects.update(run_after=timezone.now())
        assert run_job(job.pk) is False
    job.refresh_from_db()
    assert job.state == JobState.DEAD
    assert "ConnectionRefusedError" in job.error_line
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    retry_job(job, act=act())
    assert run_job(job.pk) is True
    assert len(mail.outbox) == 1


def test_reading_keeps_the_first_time():
    user = UserFactory()
    message = _tell(user)[0]
    first, later = act(user), act(user)
    mark_read(message, act=first)
    mark_read(message, act=later)
    message.refresh_from_db()
    assert message.read_at == first.at


def test_reading_all_leaves_what_came_since_and_what_others_have():
    user, other = UserFactory(), UserFactory()
    shown = _tell(user)[0]
    since = _tell(user, key="later")[0]
    theirs = _tell(other, key="theirs")[0]
    Message.objects.filter(pk=theirs.pk).update(created_at=timezone.now() - timedelta(days=1))
    assert mark_all_read(act=act(user), newest=shown.pk) == 1
    assert set(Message.objects.filter(read_at=None)) == {since, theirs}


def test_the_portal_itself_reads_nothing():
    with pytest.raises(ValueError, match="person"):
        mark_all_read(act=act(), newest=1)
