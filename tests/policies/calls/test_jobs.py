"""Who is told of a call, in which words, and never twice."""

import pytest

from policies.calls import jobs
from policies.calls.jobs import announce
from policies.calls.services.changes import close_call, extend_call, withdraw_call
from portal.accounts.enums import ApplicantKind
from portal.accounts.models import Membership
from portal.notifications.models import Message
from tests.factories import ApplicantFactory, make_member, suzhou, wuxi, xishan
from tests.policies.calls.worlds import DAY, MORNING, at, published

pytestmark = pytest.mark.django_db


def tell(call):
    announce(change_id=call.changes.last().pk)


def test_members_of_the_citys_applicants_that_an_item_supports_are_told_once(admin, items, monkeypatch):
    monkeypatch.setattr(jobs, "BATCH", 2)
    told = {make_member(), make_member(ApplicantFactory(region=xishan())), make_member(ApplicantFactory(region=wuxi()))}
    both = make_member()
    Membership.objects.create(user=both, applicant=ApplicantFactory())
    told.add(both)
    make_member(ApplicantFactory(region=suzhou()))
    make_member(ApplicantFactory(kind=ApplicantKind.FINANCIAL))
    make_member(is_active=False)
    call = published(admin, items)
    tell(call)
    tell(call)
    messages = Message.objects.all()
    assert {message.user for message in messages} == told
    assert len(messages) == len(told)
    message = messages[0]
    assert message.title == "申报通知：2026 年第一批申报通知"
    assert "2026年3月2日 09:00 至 2026年4月1日 09:00" in message.body
    assert message.url == f"/calls/{call.key}/"


CHANGES = {
    "extended": (lambda call, act: extend_call(call, closes_at=MORNING + 40 * DAY, reason="凭证未到", seen=1, act=act)),
    "closed": (lambda call, act: close_call(call, closes_at=MORNING + 9 * DAY, reason="预算用完", seen=1, act=act)),
    "withdrawn": (lambda call, act: withdraw_call(call, reason="内容有误", seen=1, act=act)),
}
WORDS = {
    "extended": ("申报通知延长申报时间", "申报时间延长至 2026年4月11日 09:00。理由：凭证未到"),
    "closed": ("申报通知提前截止", "将提前于 2026年3月11日 09:00 截止，请在此之前提交。理由：预算用完"),
    "withdrawn": ("申报通知撤销", "不再受理新的申报；已经提交的申报继续办理。理由：内容有误"),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_changes_are_told_with_their_reason(admin, items, kind):
    make_member()
    call = CHANGES[kind](published(admin, items), at(MORNING + DAY, admin))
    tell(call)
    message = Message.objects.get()
    title, words = WORDS[kind]
    assert message.title.startswith(title)
    assert words in message.body


def test_publication_of_a_call_withdrawn_meanwhile_is_told_to_nobody(admin, items):
    make_member()
    call = published(admin, items)
    withdraw_call(call, reason="内容有误", seen=1, act=at(MORNING, admin))
    announce(change_id=call.changes.first().pk)
    assert not Message.objects.exists()
