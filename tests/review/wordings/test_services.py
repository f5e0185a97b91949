"""A template is proposed by one person, released by another, and frozen in the notices that are issued with it."""

import uuid
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from portal.accounts.enums import Role
from portal.audit.services import record_contents
from portal.core.errors import RefusedError
from review.notices.enums import NoticeKind
from review.notices.render import render_notice
from review.notices.services import issue_notice
from review.wordings.enums import Trial
from review.wordings.language import standard
from review.wordings.models import Wording
from review.wordings.services import preview, propose_wording, refuse_wording, release_wording
from tests.factories import act, make_official, suzhou, wuxi
from tests.review.notices.samples import grant
from tests.review.notices.test_render import text_of
from tests.review.notices.world import make_approved, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    return [make_official(Role.POLICY_ADMIN, wuxi()) for _ in range(2)]


GRANT = standard(NoticeKind.GRANT)
THANKS = f"{GRANT}\n请{{{{ you }}}}及时核对到账情况。"


def propose(person, text, *, kind=NoticeKind.GRANT, key=None):
    return propose_wording(wuxi(), kind, text=text, key=key or uuid.uuid4(), act=act(person))


def test_a_released_template_is_in_new_notices_and_old_ones_keep_theirs(people):
    publish()
    first, second = people
    before = issue_notice(make_approved().pk, kind=NoticeKind.GRANT, act=act())
    release_wording(propose(first, f"{THANKS}\r\n特此通知。").pk, act=act(second))
    after = issue_notice(make_approved().pk, kind=NoticeKind.GRANT, act=act())
    release_wording(propose(first, "").pk, act=act(second))
    last = issue_notice(make_approved().pk, kind=NoticeKind.GRANT, act=act())

    assert after.snapshot["template"] == {"version": 1, "text": f"{THANKS}\n特此通知。"}
    assert "请你单位及时核对到账情况。特此通知。" in text_of(render_notice(after.snapshot))
    assert before.snapshot["template"] is last.snapshot["template"] is None
    assert list(Wording.objects.in_force().values_list("version", flat=True)) == [2, 1]


def test_notices_from_before_there_were_templates_keep_the_parts_that_were_worded():
    data = grant(lines=1, wording={"opening": ["你好。"], "contact": ["请来{{ 电 }}。"], "closing": ["特此通知。"]})
    text = text_of(render_notice({name: value for name, value in data.items() if name != "template"}))
    assert text.index("你好。") < text.index("现决定予以资助") < text.index("请来{{电}}。") < text.index("特此通知。")
    assert "联系方式" not in text


def test_nobody_releases_their_own_and_each_is_decided_once(people):
    first, second = people
    key = uuid.uuid4()
    made = propose(first, THANKS, key=key)
    assert propose(first, THANKS, key=key) == made
    with pytest.raises(RefusedError, match="待发布"):
        propose(second, GRANT)
    for deed in (release_wording, lambda pk, act: refuse_wording(pk, reason="不妥", act=act)):
        with pytest.raises(RefusedError, match="提出人不能"):
            deed(made.pk, act=act(first))
    with pytest.raises(RefusedError, match="理由"):
        refuse_wording(made.pk, reason=" ", act=act(second))
    refuse_wording(made.pk, reason="不妥", act=act(second))
    with pytest.raises(RefusedError):
        release_wording(made.pk, act=act(second))
    with pytest.raises(PermissionDenied):
        propose(make_official(Role.POLICY_ADMIN, suzhou()), THANKS)


def test_what_does_not_fit_the_page_or_the_kind_is_refused(people):
    with pytest.raises(RefusedError, match="放不进一页"):
        propose(people[0], GRANT + "\n请及时核对。" * 20)
    with pytest.raises(RefusedError, match="没有字段"):
        propose(people[0], f"{GRANT}{{{{ password }}}}")
    with pytest.raises(RefusedError, match="必须写明“不予支持”"):
        propose(people[0], standard(NoticeKind.REFUSAL).replace("不予支持", "予以支持"), kind=NoticeKind.REFUSAL)


@pytest.mark.parametrize("kind", [NoticeKind.REFUSAL, NoticeKind.RECOGNITION])
def test_the_hardest_notice_can_be_looked_at(kind):
    text = text_of(preview(wuxi(), kind, f"{standard(kind)}\n特此通知。", Trial.HARDEST))
    assert "特此通知。" in text
    assert "𠮷研究院" in text
    assert text.count("智能传感器专利组合") == 200 or len(text) > 2000


def test_the_page_previews_proposes_compares_and_releases(people, client):
    first, second = people
    page = reverse("wordings:template", args=["320200", "grant"])
    client.force_login(first)
    assert "现决定{% if recognised %}" in client.get(page).content.decode()
    typed = {"text": THANKS, "key": str(uuid.uuid4())}
    seen = client.post(page, typed | {"intent": "sample"})
    assert seen["Content-Type"] == "application/pdf"
    assert "请你单位及时核对" in text_of(seen.content)
    assert not Wording.objects.exists()
    wrong = {"text": GRANT.replace("{{ total }}", ""), "key": str(uuid.uuid4())}
    for intent in ("sample", "propose"):
        refused = client.post(page, wrong | {"intent": intent})
        assert refused.status_code == 422
        assert "请写入 {{ total }}" in refused.content.decode()
    client.post(page, typed | {"intent": "propose"})
    assert "提出人不能自己发布" in client.get(page).content.decode()
    client.force_login(second)
    assert "<ins>" in client.get(page).content.decode()
    made = Wording.objects.get()
    client.post(reverse("wordings:decide", args=[made.key]), {"decision": "release"})
    made.refresh_from_db()
    assert (made.version, made.decided_by) == (1, second)
    assert "与前一版的差异" in client.get(page).content.decode()
    assert "第 <span" in client.get(reverse("wordings:list")).content.decode()


def test_parts_worded_before_become_the_first_version_of_a_letter(people):
    decided = {"state": "released", "proposed_at": act().at, "decided_at": act().at, "region_id": "320200"}
    decided |= {"kind": "grant", "proposed_by": people[0], "decided_by": people[1], "version": 1}
    with transaction.atomic():
        for part, text in (("contact", "请致电{{ office }}（{{ phone }}）。"), ("closing", "特此通知。")):
            Wording.objects.create(part=part, text=text, **decided)
        waiting = Wording.objects.create(
            part="opening", text="你好。", region_id="320200", kind="grant", proposed_by=people[0], proposed_at=act().at
        )
        import_module("review.wordings.migrations.0004_whole_letters").carry_over(apps, None)
        record_contents(Wording.objects.all())
    letter = Wording.objects.get(part="")
    waiting.refresh_from_db()
    assert (letter.text, letter.version) == (
        GRANT.replace("{{ contact }}", "请致电{{ office }}（{{ phone }}）。") + "\n特此通知。",
        1,
    )
    assert waiting.state == "refused"
