"""A copy of one's own data: asked for with the password, made by a job, fetched for three days by nobody else."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from applications.claims.models import Evidence, StoredFile
from portal.audit.enums import SecurityKind
from portal.audit.models import AuditRecord, SecurityEvent
from portal.core.files import delete_file, keep_file
from portal.jobs.services import run_due_jobs
from portal.privacy.models import DataCopy
from tests.factories import (
    PASSWORD,
    ApplicantFactory,
    ClaimFactory,
    make_member,
    make_resident_id,
)
from tests.mails import sent_mails
from tests.portal.core.test_encryption import rows_of_database

pytestmark = pytest.mark.django_db
PAGE = "/me/data/"


@pytest.fixture
def person(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path
    applicant = ApplicantFactory(individual=True, resident_id=make_resident_id(7), account_number="6217000000001234")
    person = make_member(applicant, phone="13912345678")
    claim = ClaimFactory(applicant=applicant, created_by=person)
    for name, content in (("证书.pdf", b"%PDF- paper"), ("丢失.pdf", b"gone")):
        kept = keep_file(ContentFile(content), folder=StoredFile.FOLDER)
        stored = StoredFile.objects.create(sha256=kept.sha256, size=kept.size, media_type="application/pdf")
        Evidence.objects.create(claim=claim, requirement="a", file=stored, filename=name, uploaded_by=person)
    delete_file(stored.path)
    # Another's claim, which has no place in the copy.
    ClaimFactory()
    return person


def test_a_copy_holds_what_is_known_and_the_files_and_is_told_by_mail_and_gone_after_three_days(client, person):
    client.force_login(person)
    assert "密码不正确" in client.post(PAGE, {"password": "wrong"}).content.decode()
    assert client.post(PAGE, {"password": PASSWORD}).status_code == 302
    assert "一小时内已申请过" in client.post(PAGE, {"password": PASSWORD}).content.decode()
    copy = DataCopy.objects.get()
    assert AuditRecord.objects.filter(action="privacy.copy_asked", actor=person).count() == 1
    address = reverse("data:copy", args=[copy.key])
    assert client.get(address).status_code == 404
    run_due_jobs()
    run_due_jobs()
    assert ["个人信息副本已生成" in mail.subject for mail in sent_mails()] == [True]
    assert "6217000000001234" not in rows_of_database()

    answer = client.get(address)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert archive.testzip() is None
    content = json.loads(archive.read("个人信息.json"))
    sections = {section["label"]: section["rows"] for section in content["sections"]}
    assert sections["账号"][0]["手机号码"] == "13912345678"
    assert sections["申报主体"][0]["公民身份号码"] == make_resident_id(7)
    assert len(sections["申报"]) == 1
    assert "6217000000001234" in archive.read("个人信息.html").decode()
    papers = [name for name in archive.namelist() if name.endswith("证书.pdf")]
    assert [archive.read(name) for name in papers] == [b"%PDF- paper"]
    assert "丢失.pdf" in archive.read("缺少的文件.txt").decode()
    event = SecurityEvent.objects.get(kind=SecurityKind.EXPORT)
    assert (event.user, len(event.details["sha256"])) == (person, 64)

    client.force_login(make_member())
    assert client.get(address).status_code == 404
    client.force_login(person)
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
        client.force_login(person)
        assert client.get(address).status_code == 404


def test_who_has_no_password_confirms_by_what_they_sign_in_with(client, person):
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    person.set_unusable_password()
    person.save()
    client.force_login(person)
    assert client.get(PAGE).status_code == 200
    assert "reauthenticate" in client.post(PAGE)["Location"]
    assert not DataCopy.objects.exists()
