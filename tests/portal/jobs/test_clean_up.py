"""The daily jobs that delete what is over, and nothing that is not."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from portal.jobs.kinds import JOB_KINDS
from portal.unsent.models import UnsentForm
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def clean_up(kind: str) -> None:
    assert JOB_KINDS[kind].is_daily
    JOB_KINDS[kind].handler()


def test_sessions_that_are_over_are_deleted_with_what_was_noted_of_them():
    now, user = timezone.now(), UserFactory()
    for key, days in (("over", -1), ("open", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + timedelta(days=days))
    for key, days in (("over", 3), ("open", 3), ("begins", 0)):
        UserSession.objects.create(
            user=user, session_key=key, ip="127.0.0.1", user_agent="x", created_at=now - timedelta(days=days)
        )

    clean_up("accounts.delete_expired_sessions")

    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]
    assert set(UserSession.objects.values_list("session_key", flat=True)) == {"open", "begins"}


def test_unsent_forms_are_deleted_after_a_week():
    now, user = timezone.now(), UserFactory()
    for address, days in (("/old/", 8), ("/new/", 6)):
        UnsentForm.objects.create(
            owner=user, address=address, page="/", content=b"", kept_at=now - timedelta(days=days)
        )

    clean_up("unsent.delete_expired")

    assert list(UnsentForm.objects.values_list("address", flat=True)) == ["/new/"]


def test_files_that_nobody_finished_are_deleted_after_a_day_and_finished_ones_stay(tmp_path, settings):
    settings.PRIVATE_DIR = tmp_path
    folder = tmp_path / "evidence" / "ab"
    folder.mkdir(parents=True)
    for name, days in ((".incoming-old", 2), (".incoming-new", 0), ("finished", 2)):
        (folder / name).write_bytes(b"x")
        moment = time.time() - days * 86_400
        os.utime(folder / name, (moment, moment))

    clean_up("jobs.delete_unfinished")

    assert {path.name for path in folder.iterdir()} == {".incoming-new", "finished"}


def test_a_restart_deletes_no_style_sheet_that_pages_of_the_running_version_ask_for():
    compose = Path(settings.BASE_DIR, "docker-compose.yml").read_text("utf-8")
    assert "collectstatic --noinput\n" in compose
    assert "--clear" not in compose
