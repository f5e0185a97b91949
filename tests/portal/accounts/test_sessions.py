"""How long sessions last, what browsers may keep, and what wrong passwords lock."""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from portal.accounts.enums import Role
from portal.core.log_redaction import redacted
from portal.privacy.services.consent import give_consent
from tests.factories import PASSWORD, UserFactory, act, make_member, make_official, wuxi

pytestmark = pytest.mark.django_db
START = datetime.fromisoformat("2026-11-30T09:00:00+08:00")
PAGE = "/me/profile/"


@pytest.fixture(autouse=True)
def _fresh(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    cache.clear()


def official():
    return make_official(Role.CITY_OFFICER, wuxi())


@pytest.mark.parametrize(
    ("person", "steps", "stays"),
    [
        (official, [29, 58], True),
        (official, [29, 61], False),
        (official, [*range(25, 720, 25), 719], True),
        (official, [*range(25, 720, 25), 719, 722], False),
        (make_member, [450], True),
        (make_member, [482], False),
        (make_member, [*range(300, 1440, 300), 1439], True),
        (make_member, [*range(300, 1440, 300), 1442], False),
    ],
)
def test_a_session_ends_after_its_idle_and_its_longest_time(client, person, steps, stays):
    user = person()
    with time_machine.travel(START, tick=False) as clock:
        client.force_login(user)
        assert client.get(reverse("accounts:profile")).status_code == 200
        for minutes in steps[:-1]:
            clock.move_to(START + timedelta(minutes=minutes))
            assert client.get(reverse("accounts:profile")).status_code == 200, minutes
        clock.move_to(START + timedelta(minutes=steps[-1]))
        answer = client.get(reverse("accounts:profile"))
        assert (answer.status_code == 200) is stays
        if not stays:
            assert answer["Location"].startswith(reverse("account_login"))
            assert "重新登录" in client.get(answer["Location"]).content.decode()


def test_no_answer_to_a_person_who_is_signed_in_may_be_stored(client):
    assert "no-store" not in client.get(reverse("contact")).get("Cache-Control", "")
    client.force_login(make_member())
    for name in ("contact", "accounts:profile", "applications:claims", "calls:calendar"):
        assert "no-store" in client.get(reverse(name))["Cache-Control"], name
    assert "no-store" in client.post(reverse("account_logout"))["Cache-Control"]


def sign_in(client, user, password, address):
    values = {"login": user.email, "password": password}
    return client.post(reverse("account_login"), values, REMOTE_ADDR=address)


def test_wrong_passwords_lock_the_account_for_their_own_address_alone(client):
    user = make_member()
    for _ in range(5):
        assert sign_in(client, user, "Wrong-Horse-7-Battery", "203.0.113.1").status_code == 200
    assert sign_in(client, user, PASSWORD, "203.0.113.1").status_code == 200
    assert sign_in(client, user, PASSWORD, "203.0.113.2").status_code == 302


def test_signing_in_gives_a_new_identifier_and_signing_out_or_a_new_password_ends_it():
    member = make_member()
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    give_consent(member, act=act(member))

    def entered():
        client = Client()
        planted = client.session
        planted["seen"] = 1
        planted.save()
        client.cookies["portal_session"] = planted.session_key
        assert sign_in(client, member, PASSWORD, "203.0.113.1").status_code == 302
        assert client.session.session_key != planted.session_key
        assert not SessionStore().exists(planted.session_key)
        assert client.get(reverse("accounts:profile")).status_code == 200
        return client

    first, second = entered(), entered()
    old = first.session.session_key
    first.post(reverse("account_logout"))
    first.cookies["portal_session"] = old
    assert first.get(reverse("accounts:profile")).status_code == 302
    member.set_password("Another-Horse-8-Battery")
    member.save()
    assert second.get(reverse("accounts:profile")).status_code == 302


def test_forty_people_behind_one_address_sign_in_within_a_minute(client):
    for user in UserFactory.create_batch(40):
        assert sign_in(client, user, PASSWORD, "203.0.113.9").status_code == 302
        client.logout()


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("GET /account/password/reset/key/3-abc-def/ HTTP/1.1", "GET /account/password/reset/key/***/ HTTP/1.1"),
        ("http://x/me/join/s3cret/accept/?a=1", "http://x/me/join/***/accept/?a=1"),
        ("Not Found: /me/join/s3cret", "Not Found: /me/join/***"),
        ("Not Found: /calendar/s3cret.ics", "Not Found: /calendar/***"),
        ("GET /me/organisations/ HTTP/1.1", "GET /me/organisations/ HTTP/1.1"),
    ],
)
def test_logs_show_no_tokens_of_links(line, kept):
    assert redacted(line) == kept


@pytest.mark.parametrize(("url", "prefix"), [("https://portal.example.org", "__Host-"), ("http://localhost", "")])
def test_cookies_are_bound_to_the_host_under_https(url, prefix, tmp_path):
    code = (
        "import json, portal.settings as s; print(json.dumps([s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME,"
        " s.SESSION_COOKIE_SECURE, s.SECRET_KEY_FALLBACKS]))"
    )
    environment = os.environ | {"PUBLIC_URL": url, "DATA_DIR": str(tmp_path), "SECRET_KEY_FALLBACKS": "old,older"}
    made = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    names = [f"{prefix}portal_session", f"{prefix}csrftoken"]
    assert json.loads(made.stdout) == [*names, bool(prefix), ["old", "older"]]
