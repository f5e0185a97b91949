"""What is over is removed, every night, in slices, each counted; what is not over stays."""

from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim, Evidence, StoredFile
from portal.accounts.enums import Role
from portal.accounts.models import Invitation, OverrideRequest
from portal.api.models import ApiToken
from portal.audit.enums import SecurityKind
from portal.audit.models import AuditRecord, SecurityEvent
from portal.audit.security import record_security
from portal.core.actor import ActorContext
from portal.core.files import keep_file, open_file
from portal.jobs.enums import JobState
from portal.jobs.kinds import JOB_KINDS
from portal.jobs.models import Job
from portal.notifications.models import Message, Outgoing
from portal.privacy.extension import RETENTIONS, Retention
from portal.privacy.models import DataCopy, Removal
from portal.privacy.services import retention
from portal.privacy.services.retention import remove_what_is_over
from portal.unsent.models import UnsentForm
from review.papers.models import Archive
from tests.factories import ApplicantFactory, ClaimFactory, UserFactory, binhu, make_official, wuxi

pytestmark = pytest.mark.django_db


def _session(at):
    return Session.objects.create(session_key=uuid4().hex, session_data="", expire_date=at)


def _session_note(at):
    return UserSession.objects.create(
        user=UserFactory(), session_key=uuid4().hex, ip="127.0.0.1", user_agent="x", created_at=at
    )


def _event(at):
    return record_security(ActorContext(None, at), kind=SecurityKind.SIGN_IN_FAILED, applicants=[ApplicantFactory().pk])


def _unsent(at):
    return UnsentForm.objects.create(owner=UserFactory(), address="/a/", page="/", content=[], kept_at=at)


def _mail(at):
    return Outgoing.objects.create(to="a@b.example", state="sent", sent_at=at)


def _invitation(at):
    applicant, user = ApplicantFactory(), UserFactory()
    return Invitation.objects.create(
        applicant=applicant, email="a@b.example", token_hash=uuid4().hex, invited_by=user, expires_at=at
    )


def _override(at):
    user = UserFactory()
    return OverrideRequest.objects.create(
        requested_by=user,
        region=binhu(),
        name="甲",
        uscc="1",
        problem="校验位",
        reason="无误",
        details={},
        state="refused",
        decided_by=user,
        decided_at=at,
        decision_reason="不符",
    )


def _token(at):
    return ApiToken.objects.create(user=UserFactory(), label="a", token_hash=uuid4().hex, expires_at=at)


def _job(at):
    return Job.objects.create(kind="audit.root", key=uuid4().hex, state=JobState.DONE, finished_at=at)


def _draft(at):
    claim = ClaimFactory(status=ClaimStatus.DRAFT, saved_at=at, submitted_at=None, facts={"amount": "1"})
    kept = keep_file(ContentFile(uuid4().bytes), folder=StoredFile.FOLDER)
    file = StoredFile.objects.create(sha256=kept.sha256, size=kept.size, media_type="application/pdf")
    Evidence.objects.create(claim=claim, requirement="a", file=file, filename="a.pdf", uploaded_by=claim.created_by)
    return claim


# Kind → how a row of it comes to be whose time began at a moment.
MADE = {
    "sessions": _session,
    "session_notes": _session_note,
    "events": _event,
    "unsent": _unsent,
    "copies": lambda at: DataCopy.objects.create(user=UserFactory(), asked_at=at),
    "mails": _mail,
    "messages": lambda at: Message.objects.create(user=UserFactory(), key="a", title="a", body="b", created_at=at),
    "invitations": _invitation,
    "overrides": _override,
    "tokens": _token,
    "jobs": _job,
    "drafts": _draft,
    "papers": lambda at: Archive.objects.create(user=UserFactory(), asked_at=at),
}


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.PRIVATE_DIR = tmp_path


def test_every_kind_that_ends_is_tried_here_and_says_why_it_is_kept():
    assert {code for code, kind in RETENTIONS.items() if kind.over} == set(MADE)
    assert all(kind.reason and (kind.days is not None) == bool(kind.over) for kind in RETENTIONS.values())


@pytest.mark.parametrize("code", MADE)
def test_what_is_over_is_removed_and_counted_and_the_rest_stays(code, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(retention, "SLICE", 1)
    kind, now = RETENTIONS[code], timezone.now()
    over = [MADE[code](kind.before(now) - timedelta(days=2)) for _ in range(2)]
    stays = MADE[code](kind.before(now) + timedelta(hours=1))
    assert JOB_KINDS["privacy.retention"].is_daily
    with django_capture_on_commit_callbacks(execute=True):
        remove_what_is_over()
    if code == "drafts":
        emptied = Claim.objects.filter(pk__in=[claim.pk for claim in over])
        assert {(c.status, str(c.facts), c.lines.count()) for c in emptied} == {(ClaimStatus.WITHDRAWN, "{}", 0)}
        for evidence in Evidence.objects.exclude(claim=stays).select_related("file"):
            with pytest.raises(FileNotFoundError):
                open_file(evidence.file.path, sha256=evidence.file_id)
        assert Claim.objects.get(pk=stays.pk).facts == {"amount": "1"}
    else:
        assert list(type(stays).objects.all()) == [stays]
    assert Removal.objects.filter(kind=code).aggregate(total=Sum("count"))["total"] == 2
    counted = AuditRecord.objects.filter(action="privacy.removed", after__kind=kind.label)
    assert [record.after["count"] for record in counted] == [1, 1]
    call_command("verify_audit")
    remove_what_is_over()
    assert Removal.objects.count() == 2


def test_a_file_that_a_submitted_claim_uses_too_stays(django_capture_on_commit_callbacks):
    draft = _draft(timezone.now() - timedelta(days=400))
    file = draft.evidence.get().file
    submitted = ClaimFactory(status=ClaimStatus.SUBMITTED)
    removed = {"removed_at": timezone.now(), "uploaded_by": draft.created_by}
    Evidence.objects.create(claim=submitted, requirement="a", file=file, filename="b.pdf", **removed)
    with django_capture_on_commit_callbacks(execute=True):
        remove_what_is_over()
    open_file(file.path, sha256=file.pk).close()
    call_command("verify_audit")


def test_a_kind_that_fails_keeps_no_other_from_being_removed(monkeypatch):
    def fail(_before):
        raise OSError("the disk is full")

    monkeypatch.setitem(RETENTIONS, "sessions", Retention("会话", 0, "测试", fail))
    mail = _mail(timezone.now() - timedelta(days=100))
    with pytest.raises(ExceptionGroup):
        remove_what_is_over()
    assert not Outgoing.objects.filter(pk=mail.pk).exists()


def test_the_security_administrator_reads_what_is_kept_how_long_and_what_was_removed(client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    _mail(timezone.now() - timedelta(days=100))
    remove_what_is_over()
    client.force_login(make_official(Role.SECURITY_ADMIN, wuxi()))
    page = client.get(reverse("data:retention")).content.decode()
    assert all(kind.label in page and kind.reason in page for kind in RETENTIONS.values())
    assert not SecurityEvent.objects.filter(kind=SecurityKind.EXPORT).exists()
