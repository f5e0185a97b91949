"""A mail server that is down costs nothing but time: the same answers, the records, and every mail in the end."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.audit.models import AuditRecord
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.jobs.services import run_job
from portal.notifications.models import Outgoing
from portal.notifications.services import send_later
from tests.factories import PASSWORD
from tests.mails import sent_mails
from tests.portal.accounts.test_sign_in import code_from, enter_code, sign_up, verified_user

pytestmark = pytest.mark.django_db
WORKING = "django.core.mail.backends.locmem.EmailBackend"


class DownBackend(BaseEmailBackend):
    def send_messages(self, email_messages):
        raise ConnectionRefusedError("the mail server is down")


@pytest.fixture(autouse=True)
def _mail_is_down(settings):
    settings.EMAIL_BACKEND = f"{__name__}.DownBackend"


def recover(settings) -> list:
    settings.EMAIL_BACKEND = WORKING
    return sent_mails()


def test_a_new_person_signs_up_and_gets_the_code_when_the_server_is_back(client, settings):
    assert sign_up(client)["Location"] == reverse("account_email_verification_sent")
    assert EmailAddress.objects.filter(email="new.person@example.org", verified=False).exists()
    [message] = recover(settings)
    enter_code(client, code_from(message))
    assert "_auth_user_id" in client.session
    assert Outgoing.objects.get().body == ""


def test_known_and_unknown_addresses_get_the_same_answer(client):
    user = verified_user()
    answers = [
        client.post(reverse("account_reset_password"), {"email": email}) for email in (user.email, "nobody@example.org")
    ]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, reverse("account_reset_password_done"))
    ] * 2
    taken = client.post(reverse("account_signup"), {})
    assert taken.status_code == 200
    assert sign_up(client, email=user.email)["Location"] == sign_up(client, email="free@example.org")["Location"]


def test_a_changed_password_is_on_record_and_reported_later(client, settings):
    user = verified_user()
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    words = {"oldpassword": PASSWORD, "password1": "Another-Horse-8-Battery", "password2": "Another-Horse-8-Battery"}
    assert client.post(reverse("account_change_password"), words).status_code == 302
    assert AuditRecord.objects.filter(action="accounts.password_changed", actor=user).exists()
    assert User.objects.get(pk=user.pk).check_password(words["password1"])
    assert "密码" in recover(settings)[0].body


def test_a_mail_is_tried_for_days_and_ever_more_seldom():
    send_later("a@example.org", subject="s", body="b")
    job = Job.objects.get(kind="notifications.send_email")
    waits = []
    while job.state == JobState.WAITING:
        began = timezone.now()
        Job.objects.filter(pk=job.pk).update(run_after=began)
        assert run_job(job.pk) is False
        job.refresh_from_db()
        waits.append(round((job.run_after - began).total_seconds()))
    assert job.state == JobState.DEAD
    assert waits[:7] == [5, 20, 80, 320, 1280, 3600, 3600]
    assert sum(waits) > 4 * 86400
    assert mail.outbox == []
