"""A claim again as a new draft: copied, or withdrawn to be changed."""

import uuid

import pytest
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim, ClaimLine
from applications.claims.services.copying import copy_claim, withdraw_to_edit
from applications.claims.services.drafts import Typed, save_draft
from applications.claims.services.submission import submit_claim
from portal.core.errors import RefusedError
from tests.applications.claims.pages import url, words
from tests.applications.worlds import patent_facts, ready_claim
from tests.factories import act, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return make_member()


@pytest.fixture
def submitted(member):
    claim = ready_claim(member, lines=[patent_facts(1), patent_facts(2)])
    return submit_claim(claim, act=act(member), revision=claim.revision, commitment=True).claim


def content(claim):
    lines = [(line.position, line.facts, line.subject_key) for line in claim.lines.order_by("position")]
    files = claim.evidence.filter(removed_at=None).order_by("line__position", "requirement")
    return lines, list(files.values_list("line__position", "requirement", "file_id", "filename"))


def test_a_copy_says_the_same_once_however_often_it_is_asked_for(member, submitted):
    key = uuid.uuid4()
    copies = {copy_claim(submitted, act=act(member), key=key).pk for _ in range(2)}
    copy = Claim.objects.get(pk=copies.pop())
    assert not copies
    assert copy.status == ClaimStatus.DRAFT
    assert (copy.number, copy.submitted_at, copy.commitment_at, copy.claimed_amount) == (None, None, None, None)
    assert content(copy) == content(submitted)
    submitted.refresh_from_db()
    assert submitted.status == ClaimStatus.SUBMITTED
    with pytest.raises(RefusedError, match="只能为您所属的单位"):
        copy_claim(submitted, act=act(make_member()), key=uuid.uuid4())


def test_nothing_of_a_defence_patent_is_copied(member):
    claim = ready_claim(member, lines=[patent_facts(1), patent_facts(2)])
    first = claim.lines.get(position=1)
    save_draft(claim, act=act(member), revision=claim.revision, typed=Typed({}, {}, {first.pk}))
    copy = copy_claim(claim, act=act(member), key=uuid.uuid4())
    assert [line.facts["patent_no"] for line in copy.lines.all()] == [claim.lines.get(position=2).facts["patent_no"]]
    assert not ClaimLine.objects.filter(claim=copy, is_defence=True).exists()


def test_withdrawing_to_change_frees_the_rights_and_keeps_what_was_said(member, submitted):
    before, key = content(submitted), uuid.uuid4()
    draft = withdraw_to_edit(submitted, act=act(member), key=key)
    assert withdraw_to_edit(submitted, act=act(member), key=key) == draft
    submitted.refresh_from_db()
    assert submitted.status == ClaimStatus.WITHDRAWN
    assert content(draft) == before
    again = submit_claim(Claim.objects.get(pk=draft.pk), act=act(member), revision=draft.revision, commitment=True)
    assert again.claim.status == ClaimStatus.SUBMITTED
    assert again.claim.number != submitted.number


def test_what_was_taken_up_or_whose_call_is_over_stays(member, submitted):
    call = submitted.call
    type(call).objects.filter(pk=call.pk).update(closes_at=act().at)
    with pytest.raises(RefusedError):
        withdraw_to_edit(submitted, act=act(member), key=uuid.uuid4())
    submitted.refresh_from_db()
    assert submitted.status == ClaimStatus.SUBMITTED
    assert submitted.lines.exclude(exclusive_key=None).count() == 2
    Claim.objects.filter(pk=submitted.pk).update(status=ClaimStatus.DISTRICT_REVIEW)
    with pytest.raises(RefusedError, match="不能撤回修改"):
        withdraw_to_edit(submitted, act=act(member), key=uuid.uuid4())


def test_the_pages_offer_both_and_a_second_draft_is_told(client, member, submitted):
    client.force_login(member)
    html = client.get(url("claim", submitted)).content.decode()
    assert "撤回修改" in html
    assert "复制为新草稿" in html
    response = client.post(url("copy", submitted), {"key": str(uuid.uuid4())})
    draft = Claim.objects.get(status=ClaimStatus.DRAFT)
    assert response["Location"] == url("edit", draft)
    assert words(response) == ["已复制为新的草稿，内容和材料都在，请核对后提交。"]
    html = client.get(reverse("applications:new", args=[submitted.item.code])).content.decode()
    assert "该事项已有 1 份没有提交的草稿" in html
    assert url("edit", draft) in html


def test_what_thirty_lines_lack_is_told_once_with_a_jump(client, member):
    claim = ready_claim(member, lines=[patent_facts(number) for number in range(1, 13)])
    claim.evidence.filter(requirement="certificate").update(removed_at=act().at)
    client.force_login(member)
    html = client.get(url("review", claim)).content.decode()
    assert html.count("请上传权利证书。") == 2
    assert "12 项（第 1-12 项）" in html
    assert reverse("intake:files", args=[claim.key]) in html
    assert f"#evidence-l{claim.lines.get(position=1).pk}-certificate" in html
