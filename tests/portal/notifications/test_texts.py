"""Offices word their messages: checked, tried on data, released by a second person, by version and region."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from portal.core.errors import RefusedError
from portal.notifications.enums import Channel
from portal.notifications.kinds import MESSAGE_KINDS, Text
from portal.notifications.models import Message, MessageText
from portal.notifications.texts import propose_text, refuse_bad, refuse_text, release_text, sms_parts, tried
from tests.factories import UserFactory, act, make_official, suzhou, wuxi
from tests.portal.notifications.test_channels import tell

KIND = MESSAGE_KINDS["recoveries.enforced"]


def _propose(author, *, body="请尽快缴清。{{ reason }}", channel=Channel.SITE, region=None, key=None):
    text = Text("追缴提醒", body) if body else Text("", "")
    return propose_text(region or wuxi(), KIND, channel, text=text, key=key or uuid.uuid4(), act=act(author))


def test_every_default_text_is_one_that_an_office_may_release():
    for kind in MESSAGE_KINDS.values():
        for channel in Channel:
            text = kind.default(channel)
            refuse_bad(kind, channel, text)
            for hardest in (False, True):
                said = tried(kind, text, hardest=hardest)
                assert said.subject, kind.code
                assert "{" not in said.subject + said.body, kind.code


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)])
def test_a_text_message_is_counted_in_parts_of_70_or_67(length, parts):
    assert sms_parts("字" * length) == (length, parts)
    assert sms_parts("🙂") == (2, 1)


@pytest.mark.parametrize(
    ("channel", "subject", "body", "words"),
    [
        (Channel.SITE, "标题", "{{ amount }}", "没有字段“amount”"),
        (Channel.SITE, "标题", "{{ reason.x }}", "看不懂"),
        (Channel.SITE, "标题", "{% include 'a' %}", "看不懂"),
        (Channel.SITE, "标题", "{% if reason %}", "没有写完整"),
        (Channel.SITE, "", "内容", "都要填写"),
        (Channel.EMAIL, "标题", "长" * 1001, "不超过 1000"),
        (Channel.SMS, "标题", "长" * 400, "要分 6 条"),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_in_words(channel, subject, body, words):
    with pytest.raises(RefusedError, match=words):
        refuse_bad(KIND, channel, Text(subject, body))


@pytest.mark.django_db
def test_a_second_person_releases_and_only_new_messages_of_the_region_say_it():
    author, second = make_official("policy_admin", wuxi()), make_official("policy_admin", wuxi())
    user = UserFactory()
    tell(user, key="before")
    key = uuid.uuid4()
    made = _propose(author, key=key)
    assert _propose(author, key=key) == made
    with pytest.raises(RefusedError, match="待发布的文字"):
        _propose(author)
    with pytest.raises(RefusedError, match="提出人不能"):
        release_text(made.pk, act=act(author))
    with pytest.raises(PermissionDenied):
        release_text(made.pk, act=act(make_official("policy_admin", suzhou())))
    tell(user, key="waiting")
    assert release_text(made.pk, act=act(second)).version == 1
    with pytest.raises(RefusedError, match="已发布"):
        refuse_text(made.pk, reason="晚了", act=act(second))
    tell(user, key="city")
    tell(user, key="other", region="320506")
    assert release_text(_propose(author, body="").pk, act=act(second)).version == 2
    tell(user, key="again")
    said = dict(Message.objects.values_list("key", "title"))
    worded = {key for key, title in said.items() if title == "追缴提醒"}
    assert worded == {"city"}


@pytest.mark.django_db
def test_the_page_shows_previews_the_difference_and_the_standard_text(client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    author, second = make_official("policy_admin", wuxi()), make_official("policy_admin", wuxi())
    address = reverse("notifications:text", args=["320200", KIND.code, "sms"])
    client.force_login(author)
    form = {"key": uuid.uuid4(), "subject": "追缴提醒", "body": "请尽快缴清。{{ reason }}"}
    page = client.post(address, form | {"intent": "preview"}).content.decode()
    assert "材料不清晰" in page
    assert "条发送" in page
    assert client.post(address, form | {"body": "{{ nothing }}", "intent": "propose"}).status_code == 422
    assert client.post(address, form | {"intent": "propose"}).status_code == 302
    assert "提出人不能自己发布" in client.get(address).content.decode()
    client.force_login(second)
    page = client.get(address).content.decode()
    assert "<ins>" in page
    assert "标准文字" in page
    decide = reverse("notifications:text_decide", args=[MessageText.objects.get().key])
    assert "请写明不采纳的理由" in client.post(decide, {"decision": "refuse"}, follow=True).content.decode()
    client.post(decide, {"decision": "release"})
    assert MessageText.objects.get().version == 1
    assert "追缴已移送强制执行" in client.get(reverse("notifications:texts")).content.decode()
