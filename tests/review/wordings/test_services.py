"""A wording is proposed by one person, released by another, and frozen in the notices that are issued with it."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from review.notices.enums import NoticeKind
from review.notices.render import render_notice
from review.notices.services import issue_notice
from review.wordings.enums import Part, parts_of
from review.wordings.models import Wording
from review.wordings.services import preview, propose_wording, refuse_wording, release_wording
from tests.factories import act, make_official, suzhou, wuxi
from tests.review.notices.test_render import text_of
from tests.review.notices.world import make_approved, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    return [make_official(Role.POLICY_ADMIN, wuxi()) for _ in range(2)]


def propose(person, text, *, kind=NoticeKind.GRANT, part=Part.CLOSING, key=None):
    return propose_wording(wuxi(), kind, part, text=text, key=key or uuid.uuid4(), act=act(person))


def test_a_released_wording_is_in_new_notices_and_old_ones_keep_theirs(people):
    publish()
    first, second = people
    before = issue_notice(make_approved().pk, kind=NoticeKind.GRANT, act=act())
    made = propose(first, "请{{ you }}及时核对到账情况。\n特此通知。")
    release_wording(made.pk, act=act(second))
    after = issue_notice(make_approved().pk, kind=NoticeKind.GRANT, act=act())
    release_wording(propose(first, "").pk, act=act(second))
    last = issue_notice(make_approved().pk, kind=NoticeKind.GRANT, act=act())

    assert after.snapshot["wording"] == {"closing": ["请你单位及时核对到账情况。", "特此通知。"]}
    assert "请你单位及时核对到账情况。特此通知。" in text_of(render_notice(after.snapshot))
    assert before.snapshot["wording"] == last.snapshot["wording"] == {}
    assert list(Wording.objects.in_force().values_list("version", flat=True)) == [2, 1]
    without = {name: value for name, value in before.snapshot.items() if name != "wording"}
    assert render_notice(without) == render_notice(before.snapshot), "notices from before there were wordings"


def test_nobody_releases_their_own_and_each_is_decided_once(people):
    first, second = people
    key = uuid.uuid4()
    made = propose(first, "特此通知。", key=key)
    assert propose(first, "特此通知。", key=key) == made
    with pytest.raises(RefusedError, match="待发布"):
        propose(second, "此致。")
    for deed in (release_wording, lambda pk, act: refuse_wording(pk, reason="不妥", act=act)):
        with pytest.raises(RefusedError, match="提出人不能"):
            deed(made.pk, act=act(first))
    with pytest.raises(RefusedError, match="理由"):
        refuse_wording(made.pk, reason=" ", act=act(second))
    refuse_wording(made.pk, reason="不妥", act=act(second))
    with pytest.raises(RefusedError):
        release_wording(made.pk, act=act(second))
    with pytest.raises(PermissionDenied):
        propose(make_official(Role.POLICY_ADMIN, suzhou()), "特此通知。")


def test_what_does_not_fit_the_page_or_the_kind_is_refused(people):
    with pytest.raises(RefusedError, match="放不进一页"):
        propose(people[0], "请及时核对。\n" * 20)
    with pytest.raises(RefusedError, match="没有字段"):
        propose(people[0], "{{ password }}")
    with pytest.raises(RefusedError, match="没有“救济途径”"):
        propose(people[0], "60日6个月", kind=NoticeKind.RECEIPT, part=Part.REMEDIES)


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_can_be_looked_at_with_the_hardest_data(kind):
    pdf = preview(wuxi(), kind, parts_of(kind)[-1], "特此通知。", hardest=True)
    assert "特此通知。" in text_of(pdf)


def test_the_page_previews_proposes_compares_and_releases(people, client):
    first, second = people
    page = reverse("wordings:part", args=["320200", "grant", "contact"])
    client.force_login(first)
    assert "联系方式：{{ office }}" in client.get(page).content.decode()
    typed = {"text": "请致电{{ office }}（{{ phone }}）。", "key": str(uuid.uuid4())}
    seen = client.post(page, typed | {"intent": "hardest"})
    assert seen["Content-Type"] == "application/pdf"
    assert "请致电无锡市知识产权局" in text_of(seen.content)
    assert not Wording.objects.exists()
    refused = client.post(page, {"text": "请致电{{ phone }}。", "key": str(uuid.uuid4()), "intent": "sample"})
    assert refused.status_code == 422
    assert "联系方式必须有“发文机关”" in refused.content.decode()
    client.post(page, typed | {"intent": "propose"})
    assert "提出人不能自己发布" in client.get(page).content.decode()
    client.force_login(second)
    shown = client.get(page).content.decode()
    assert "<ins>" in shown
    assert "<del>" in shown
    made = Wording.objects.get()
    client.post(reverse("wordings:decide", args=[made.key]), {"decision": "release"})
    made.refresh_from_db()
    assert (made.version, made.decided_by) == (1, second)
    assert "第 <span" in client.get(reverse("wordings:list")).content.decode()
