"""A session that is over while a page is open: nothing is lost, nobody is sent to an address that only takes POST."""

import json
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from portal.accounts.enums import Role
from portal.unsent.models import UnsentForm
from portal.unsent.services import MOST_BYTES, MOST_FORMS
from tests.factories import ClaimFactory, UserFactory, binhu, make_member, make_official, publish_items

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def draft():
    version = publish_items("wx2020-01-inv")["wx2020-01-inv"]
    claim = ClaimFactory(version=version, status=ClaimStatus.DRAFT)
    make_member(claim.applicant)
    return claim


def member_of(claim):
    return claim.applicant.memberships.first().user


def open_page(client: Client, url: str) -> dict[str, str]:
    """Open a page and give what its forms and its requests send of the session."""
    html = client.get(url).content.decode()
    return {name: re.search(f'name="{name}" value="([^"]+)"', html)[1] for name in ("csrfmiddlewaretoken", "page-mark")}


def sign_in(client: Client, person) -> None:
    client.force_login(person)


def let_expire(client: Client) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))


def end_elsewhere(client: Client) -> None:
    Session.objects.all().delete()


def sign_out_in_another_tab(client: Client) -> None:
    client.logout()


def another_person(client: Client) -> None:
    client.logout()
    client.force_login(UserFactory())


def same_person_again(client: Client) -> None:
    person = UserFactory._meta.model.objects.get(pk=client.session["_auth_user_id"])
    client.logout()
    client.force_login(person)
    client.cookies[settings.CSRF_COOKIE_NAME] = "b" * 32


LOST = {
    "expired": (let_expire, 401, "登录已过期"),
    "ended elsewhere": (end_elsewhere, 401, "已在别处退出登录"),
    "signed out in another tab": (sign_out_in_another_tab, 401, "已在别处退出登录"),
    "another person": (another_person, 409, "已换人登录"),
    "signed in again": (same_person_again, 403, "页面停留过久"),
}


@pytest.mark.parametrize("how", LOST)
@pytest.mark.parametrize("address", ["autosave", "upload", "edit", "submit", "withdraw"])
def test_a_part_of_a_page_is_refused_with_the_true_reason_and_replaces_nothing(draft, how, address):
    lose, status, words = LOST[how]
    client = Client(enforce_csrf_checks=True)
    sign_in(client, member_of(draft))
    sent = open_page(client, reverse("applications:edit", args=[draft.key]))
    lose(client)
    answer = client.post(reverse(f"applications:{address}", args=[draft.key]), sent | {"x": "1"}, headers=HTMX)
    assert answer.status_code == status
    event = json.loads(answer["HX-Trigger"])["portal:session-lost"]
    assert event["title"] == words
    assert answer["HX-Reswap"] == "none"
    assert "<" not in answer.content.decode()
    assert resolvable_by_get(event["sign_in"])


def resolvable_by_get(url: str) -> bool:
    """Whether what `next=` names, if anything, is a page that opens."""
    wanted = parse_qs(urlsplit(url).query).get("next", ["/"])[0]
    client = Client()
    client.force_login(UserFactory())
    return client.get(wanted).status_code != 405


@pytest.mark.parametrize("how", LOST)
def test_a_form_sent_too_late_is_kept_for_its_own_person_alone(how):
    lose, status, words = LOST[how]
    owner = UserFactory(name="原名")
    client = Client(enforce_csrf_checks=True)
    sign_in(client, owner)
    url = reverse("accounts:profile")
    sent = open_page(client, url) | {"name": "改过的名字", "phone": "13905100001", "old_password": "secret-word"}
    lose(client)
    answer = client.post(url, sent | {"paper": SimpleUploadedFile("证书.pdf", b"%PDF-1.4")})
    page = answer.content.decode()
    assert answer.status_code == status
    assert words in page
    assert "secret-word" not in page
    assert ("改过的名字" in page) == (how != "another person")
    owner.refresh_from_db()
    assert owner.name == "原名"
    kept = UnsentForm.objects.get(owner=owner)
    assert "改过" in str(kept.content)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM unsent_unsentform")
        assert cursor.fetchone()[0].startswith("enc:")

    stranger = Client()
    stranger.force_login(UserFactory())
    where = reverse("unsent:form", args=[kept.key])
    assert stranger.get(where).status_code == 404
    own = Client()
    own.force_login(owner)
    offered = own.get(where).content.decode()
    assert "改过的名字" in offered
    assert "证书.pdf" in offered
    assert "secret-word" not in offered
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', offered.split("再次提交")[0]))
    assert own.post(url, fields).status_code == 302
    owner.refresh_from_db()
    assert owner.name == "改过的名字"
    assert not UnsentForm.objects.exists()


def test_only_what_a_page_of_that_person_sent_is_kept_and_only_so_much():
    owner = UserFactory()
    client = Client()
    sign_in(client, owner)
    mark = open_page(client, reverse("accounts:profile"))["page-mark"]
    client.logout()
    url = reverse("accounts:profile")
    for forged in ("", "x", mark[:-1] + ("a" if mark[-1] != "a" else "b")):
        assert client.post(url, {"name": "外人", "page-mark": forged}).status_code == 401
    client.post(url, {"name": "长" * MOST_BYTES, "page-mark": mark})
    assert not UnsentForm.objects.exists()
    for number in range(MOST_FORMS + 3):
        client.post(f"{url}?n={number}", {"name": "甲", "page-mark": mark})
    client.post(f"{url}?n=5", {"name": "乙", "page-mark": mark})
    assert UnsentForm.objects.count() == MOST_FORMS


def test_reading_a_part_of_a_page_says_that_the_session_is_over(draft):
    answer = Client().get(reverse("applications:edit", args=[draft.key]), headers=HTMX)
    assert answer.status_code == 401
    assert "portal:session-lost" in answer["HX-Trigger"]


@pytest.mark.parametrize("role", [None, Role.DISTRICT_FIRST])
def test_nobody_is_sent_to_an_address_that_takes_only_what_forms_send(draft, role, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    url = reverse("applications:submit", args=[draft.key])
    assert Client().get(url)["Location"] == reverse("account_login")
    readable = reverse("applications:claims")
    assert parse_qs(urlsplit(Client().get(readable)["Location"]).query)["next"] == [readable]
    client = Client()
    sign_in(client, make_official(role, binhu()) if role else member_of(draft))
    answer = client.get(url)
    assert answer.status_code in (403, 405)
    assert "返回" in answer.content.decode()


def test_a_page_asks_whether_its_person_is_still_signed_in(draft):
    client = Client()
    person = member_of(draft)
    sign_in(client, person)
    mark = {"X-Page-Mark": open_page(client, reverse("accounts:profile"))["page-mark"]}
    url = reverse("unsent:state")
    assert client.get(url, headers=mark).json()["reason"] == ""
    assert client.get(url, headers=mark).json()["token"]
    another_person(client)
    assert client.get(url, headers=mark).json()["reason"] == "other_person"
    assert "token" not in client.get(url, headers=mark).json()
    client.logout()
    assert client.get(url, headers=mark).json()["reason"] == "signed_out"
    assert client.get(url).json()["reason"] == ""
