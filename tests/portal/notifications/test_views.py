"""The page of one's messages."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.notifications import selectors
from portal.notifications.models import Message
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
URL = "/messages/"


@pytest.fixture
def person(client):
    user = UserFactory()
    client.force_login(user)
    return user


def _message(user, number=1, **fields):
    fields = {"key": f"k{number}", "title": f"消息第{number}号", "body": "内容"} | fields
    return Message.objects.create(user=user, **fields)


def test_one_sees_ones_own_messages_and_nobody_elses(client, person):
    _message(person, 1)
    _message(UserFactory(), 2)
    text = client.get(URL).content.decode()
    assert "消息第1号" in text
    assert "消息第2号" not in text


def test_an_empty_list_says_what_will_come(client, person):
    assert "还没有消息" in client.get(URL).content.decode()
    _message(person, read_at=timezone.now())
    assert "没有未读消息" in client.get(URL, {"show": "unread"}).content.decode()


def test_the_badge_counts_what_is_unread(client, person):
    for number in range(3):
        _message(person, number, read_at=timezone.now() if number == 0 else None)
    assert client.get(URL).context["unread_count"]() == 2


def test_unread_only_leaves_out_what_was_read(client, person):
    _message(person, 1, read_at=timezone.now())
    _message(person, 2)
    assert [m.key for m in client.get(URL, {"show": "unread"}).context["page"].rows] == ["k2"]


def test_opening_a_message_marks_it_read_and_leads_on(client, person):
    message = _message(person, url="/policies/")
    response = client.post(reverse("notifications:read", args=[message.pk]), {"open": "1"})
    assert response["Location"] == "/policies/"
    message.refresh_from_db()
    assert message.read_at is not None


def test_marking_read_stays_on_the_list(client, person):
    message = _message(person, url="/policies/")
    assert client.post(reverse("notifications:read", args=[message.pk]))["Location"] == URL


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_no_message_leads_off_the_site(client, person, url):
    message = _message(person, url=url)
    assert client.post(reverse("notifications:read", args=[message.pk]), {"open": "1"})["Location"] == URL


def test_anothers_message_cannot_be_read(client, person):
    message = _message(UserFactory())
    assert client.post(reverse("notifications:read", args=[message.pk])).status_code == 404
    message.refresh_from_db()
    assert message.read_at is None


@pytest.mark.parametrize("newest", ["", "x", "-1", "9" * 30])
def test_marking_all_without_sense_marks_nothing(client, person, newest):
    _message(person)
    response = client.post(reverse("notifications:read_all"), {"newest": newest}, follow=True)
    assert "没有未读消息" in response.content.decode()
    assert Message.objects.filter(read_at=None).exists()


def test_marking_all_marks_what_the_page_showed(client, person):
    for number in range(3):
        _message(person, number)
    newest = client.get(URL).context["newest"]
    _message(person, 9)
    assert (
        "已将 3 条" in client.post(reverse("notifications:read_all"), {"newest": newest}, follow=True).content.decode()
    )
    assert Message.objects.get(read_at=None).key == "k9"


def test_a_link_marks_nothing(client, person):
    message = _message(person)
    assert client.get(reverse("notifications:read", args=[message.pk])).status_code == 405
    assert client.get(reverse("notifications:read_all")).status_code == 405


def test_strangers_are_sent_to_sign_in(client):
    assert client.get(URL)["Location"].startswith(reverse("account_login"))


def test_pages_follow_each_other_even_among_messages_of_one_moment(client, person, monkeypatch):
    monkeypatch.setattr(selectors, "PAGE_SIZE", 3)
    moment = timezone.now()
    for number in range(10):
        _message(person, number, created_at=moment - timedelta(seconds=number // 4))
    expected = [m.pk for m in Message.objects.order_by("-created_at", "-pk")]
    seen, after = [], ""
    while True:
        context = client.get(URL, {"after": after}).context
        seen += [message.pk for message in context["page"].rows]
        after = context["page"].next_cursor
        if not after:
            break
    assert seen == expected


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30])
def test_a_cursor_without_sense_begins_at_the_first_page(client, person, after):
    _message(person)
    assert len(client.get(URL, {"after": after}).context["page"].rows) == 1


def test_a_page_asks_the_same_number_of_queries_for_one_row_and_for_three(client, person):
    client.get(URL)
    counts = []
    for number in range(3):
        _message(person, number)
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_text_is_escaped(client, person):
    _message(person, title="<script>x</script>", body="<b>y</b>")
    text = client.get(URL).content.decode()
    assert "<script>x" not in text
    assert "<b>y" not in text
