"""Pages that are kept whole: each answer has what is its own, and no web server shows what somebody has changed."""

import re
from contextlib import contextmanager

import pytest
from django.contrib import messages
from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse

from portal.accounts.models import Applicant, User
from portal.core.row_versions import KeptHere
from portal.kept_pages import render_kept
from portal.notifications.models import Message
from portal.unsent.marks import read_mark
from tests.factories import ApplicantFactory, make_member

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
KEPT = {
    "portal.accounts.persons._recalled": {},
    "portal.core.row_versions._here": {},
    "portal.kept_pages._pages": {"copies": False},
}


@pytest.fixture
def webs(monkeypatch):
    """Two web servers: each remembers for itself, both share database and cache."""
    remembered = [{name: KeptHere(100, **how) for name, how in KEPT.items()} for _ in range(2)]

    @contextmanager
    def served_by(number):
        with monkeypatch.context() as patch:
            for name, kept in remembered[number].items():
                patch.setattr(name, kept)
            yield

    return [lambda number=number: served_by(number) for number in range(2)]


@pytest.fixture
def member():
    return make_member(ApplicantFactory(name="一家公司"))


def signed_in(user):
    client = Client()
    client.force_login(user)
    client.get(reverse("home"))
    return client


def test_a_change_by_anybody_is_on_the_next_page_of_every_web_server(webs, member):
    client, other = signed_in(member), signed_in(make_member(ApplicantFactory(name="另一家")))
    changes = {
        "换了名字": lambda: User.objects.filter(pk=member.pk).update(name="换了名字"),
        "改过的公司": lambda: Applicant.objects.filter(name="一家公司").update(name="改过的公司"),
        '1<span class="visually-hidden">条未读': lambda: Message.objects.create(user=member, key="1", title="来信"),
    }
    for words, change in changes.items():
        for web in webs:
            with web():
                assert words not in client.get(reverse("home")).content.decode()
        change()
        for web in webs:
            with web():
                assert words in client.get(reverse("home")).content.decode()
                assert words not in other.get(reverse("home")).content.decode()


def test_a_kept_page_costs_its_versions_and_nothing_else(webs, member, django_assert_num_queries):
    client = signed_in(member)
    with webs[0]():
        client.get(reverse("home"))
        # Session, reader, rows, unread messages.
        with django_assert_num_queries(4):
            client.get(reverse("home"))


def test_each_answer_has_a_token_a_mark_and_colours_of_its_own(webs, member):
    client = signed_in(member)
    with webs[0]():
        pages = [client.get(reverse("home")).content.decode() for _ in range(2)]
        tokens = {re.search(r'"x-csrftoken": "(\w{64})"', page)[1] for page in pages}
        assert len(tokens) == 2
        mark = re.search(r'"x-page-mark": "([^"]+)"', pages[1])[1]
        found = read_mark(RequestFactory().get("/", headers={"X-Page-Mark": mark}))
        assert (found.owner, found.page) == (member.pk, "/")
        assert "hole-" not in "".join(pages)
        client.cookies["display"] = "dark.large"
        dark = client.get(reverse("home")).content.decode()
        assert 'content="dark"' in dark
        assert 'content="dark"' not in pages[1]
        assert "hole-" not in dark


def test_what_is_told_once_is_told_once(webs, member):
    client = signed_in(member)
    with webs[0]():
        client.get(reverse("home"))
        request = RequestFactory().get("/")
        request.session = SessionStore(client.session.session_key)
        storage = SessionStorage(request)
        storage.add(messages.INFO, "已保存一次")
        storage.update(None)
        request.session.save()
        assert "已保存一次" in client.get(reverse("home")).content.decode()
        assert "已保存一次" not in client.get(reverse("home")).content.decode()


def test_a_page_whose_rows_have_no_version_is_drawn_each_time(webs, member):
    drawn = []
    request = RequestFactory().get("/contact/")
    request.session, request.user = SessionStore(), User.recalled(member.pk)
    request._messages = SessionStorage(request)
    with webs[0]():
        for version in ("", "", "one", "one", "two"):
            render_kept(
                request, "home/contact.html", version=version, context=lambda: drawn.append(1) or {"offices": []}
            )
    assert len(drawn) == 4
    assert connection.vendor == "postgresql"
