"""Checklists: points by stage, item and region, what officers find on them, and what support waits for."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from portal.accounts.enums import Role
from portal.core.errors import RefusedError
from review.checklists.models import ChecklistAnswer, ChecklistPoint
from review.checklists.services import Found, add_point, record_findings, retire_point
from review.decisions.enums import Stage
from review.decisions.services.decisions import refuse_claim, support_claim
from tests.applications.worlds import patent_facts
from tests.factories import act, make_official, suzhou, wuxi
from tests.review.decisions.pages import as_, post
from tests.review.worlds import accepted, again, expected

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_second_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


@pytest.fixture
def administrator():
    return make_official(Role.POLICY_ADMIN, wuxi())


def point(administrator, text, *, stage=Stage.DISTRICT_FIRST, item=None, is_required=True):
    return add_point(wuxi(), stage=stage, item=item, text=text, is_required=is_required, act=act(administrator))


def test_support_waits_for_required_points_and_answers_stay_for_the_next_officer(client, office, administrator):
    claim = accepted(office)
    asked = point(administrator, "票据抬头一致")
    point(administrator, "可核可不核", is_required=False)
    point(administrator, "复核才看", stage=Stage.DISTRICT_SECOND, is_required=False)
    other = another_item(claim)
    point(administrator, "别的事项", item=other)
    as_(client, office.first)
    panel = reverse("review:panel", args=[claim.key, "checklist"])
    html = client.get(panel).content.decode()
    shown = [words in html for words in ("票据抬头一致", "可核可不核", "复核才看", "别的事项")]
    assert shown == [True, True, False, False]
    html = post(client, claim, "support", **{f"amount_{claim.lines.get().pk}": "5000"}).content.decode()
    assert "请先在“核对要点”中逐条核对：票据抬头一致。" in html
    assert again(claim).status == ClaimStatus.DISTRICT_REVIEW
    save = reverse("checklists:answer", args=[claim.key])
    sent = {"point": [asked.pk], f"met_{asked.pk}": "on", f"remark_{asked.pk}": "已对原件"}
    for _ in range(2):
        client.post(save, sent)
    assert ChecklistAnswer.objects.count() == 1
    client.post(save, {"point": [asked.pk], f"remark_{asked.pk}": "再看"})
    with pytest.raises(RefusedError, match="票据抬头一致"):
        support_claim(claim.pk, expected=expected(claim), act=act(office.first))
    client.post(save, sent)
    support_claim(claim.pk, expected=expected(claim), act=act(office.first))
    html = as_(client, office.second).get(panel).content.decode()
    assert html.count("已对原件") == 2
    assert "复核才看" in html


def another_item(claim):
    """Another item than the claim's."""
    return type(claim.item).objects.exclude(pk=claim.item_id).first()


def test_refusal_waits_for_nothing_and_a_retired_point_is_asked_no_longer(office, administrator):
    asked = point(administrator, "票据抬头一致")
    one, other = accepted(office), accepted(office, lines=[patent_facts(2)])
    refuse_claim(one.pk, expected=expected(one), act=act(office.first), reason="不符", unmet=[])
    retire_point(asked, act=act(administrator))
    retire_point(asked, act=act(administrator))
    support_claim(other.pk, expected=expected(other), act=act(office.first))
    assert {again(one).status, again(other).status} == {ClaimStatus.DISTRICT_CONFIRMATION}


def test_only_the_regions_administrators_set_points_and_only_who_concludes_answers(client, office, administrator):
    claim = accepted(office)
    as_(client, administrator)
    address = reverse("checklists:points")
    sent = {"region": wuxi().pk, "stage": Stage.CITY, "text": "金额无误", "is_required": "on"}
    assert client.post(address, sent).url == address
    assert "金额无误" in client.get(address).content.decode()
    assert client.post(address, sent | {"region": suzhou().pk}).status_code == 422
    (made,) = ChecklistPoint.objects.all()
    stranger = make_official(Role.POLICY_ADMIN, suzhou())
    assert as_(client, stranger).post(reverse("checklists:retire", args=[made.pk])).status_code == 404
    for deed in (
        lambda: retire_point(made, act=act(stranger)),
        lambda: record_findings(claim, found={made.pk: Found(is_met=True)}, act=act(office.city)),
    ):
        with pytest.raises(PermissionDenied):
            deed()
