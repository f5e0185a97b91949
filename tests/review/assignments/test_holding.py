"""Taking a claim, giving it back and moving it; what others can do to it meanwhile."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import Role
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.notifications.models import Message
from review.assignments.enums import Ending, Means
from review.assignments.models import Assignment
from review.assignments.services.holding import give_back, move_claim, take_claim
from review.decisions.selectors.queue import next_claim, queues_of
from review.decisions.services.decisions import refuse_claim, support_claim
from tests.applications.worlds import patent_facts
from tests.factories import act, binhu, make_official, xishan
from tests.review.decisions.pages import as_, post
from tests.review.worlds import accepted, again, expected, fresh, reviewed

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(office):
    return make_official(Role.DISTRICT_FIRST, binhu(), name="陈同事")


def held(claim):
    return Assignment.objects.open().filter(claim=claim).first()


def test_next_takes_the_claim_and_skips_what_others_have(client, settings, office, colleague):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    first, second = accepted(office), accepted(office, lines=[patent_facts(2)])
    went = as_(client, office.first).get(reverse("review:next"))
    assert went.url.startswith(reverse("review:claim", args=[first.key]))
    assert held(first).officer == office.first
    assert as_(client, colleague).get(reverse("review:next")).url.startswith(reverse("review:claim", args=[second.key]))
    html = client.get(reverse("review:queue")).content.decode()
    assert office.first.name in html
    assert "起承办" in html
    assert next_claim(colleague, queues_of(colleague)[0]) == second


def test_decision_on_a_claim_another_has_is_refused_with_words_and_keeps_what_was_typed(
    client, settings, office, colleague
):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    claim = accepted(office)
    take_claim(claim.pk, act=act(colleague))
    with pytest.raises(RefusedError, match="陈同事承办"):
        support_claim(claim.pk, expected=expected(claim), act=act(office.first))
    answer = post(as_(client, office.first), claim, conclusion="refuse", grounds="condition", text="不符合第三条")
    assert answer.status_code == 409
    assert "陈同事承办" in answer.content.decode()
    assert "不符合第三条" in answer.content.decode()
    support_claim(claim.pk, expected=expected(claim), act=act(colleague))
    assert Assignment.objects.get(claim=claim).ending == Ending.CONCLUDED


def test_taken_claim_lapses_after_a_time_without_action(settings, office, colleague):
    settings.CLAIM_TAKEN_HOURS = 4
    claim = accepted(office)
    begun = timezone.now() - timedelta(hours=5)
    take_claim(claim.pk, act=ActorContext(user=colleague, at=begun))
    assert next_claim(office.first, queues_of(office.first)[0]) == claim
    take_claim(claim.pk, act=act(office.first))
    assert held(claim).officer == office.first
    assert Assignment.objects.get(officer=colleague).ending == Ending.LAPSED
    with pytest.raises(RefusedError, match="承办"):
        take_claim(claim.pk, act=act(colleague))


def test_holder_gives_back_and_a_supervisor_moves(office, colleague):
    claim = accepted(office)
    take_claim(claim.pk, act=act(colleague))
    with pytest.raises(PermissionDenied):
        give_back(claim.pk, act=act(office.first))
    with pytest.raises(PermissionDenied):
        move_claim(claim.pk, office.first, act=act(office.first))
    give_back(claim.pk, act=act(colleague))
    assert held(claim) is None
    moved = move_claim(claim.pk, office.first, act=act(office.second), note="请优先")
    assert (moved.officer, moved.means, moved.assigned_by) == (office.first, Means.HAND, office.second)
    assert Message.objects.filter(user=office.first, title__contains=claim.number).exists()
    with pytest.raises(RefusedError, match="没有办理该环节的职责"):
        move_claim(claim.pk, make_official(Role.DISTRICT_FIRST, xishan()), act=act(office.second))


def test_nobody_takes_what_is_not_theirs_to_conclude(office):
    claim = reviewed(office)
    both = make_official(Role.DISTRICT_SECOND, binhu(), identity_digest="d" * 64)
    office.first.__class__.objects.filter(pk=office.first.pk).update(identity_digest="d" * 64)
    with pytest.raises(RefusedError, match="其他环节"):
        take_claim(claim.pk, act=act(fresh(both)))
    with pytest.raises(PermissionDenied):
        take_claim(claim.pk, act=act(office.city))


def test_database_lets_one_officer_have_a_claim_at_a_stage(office, colleague):
    claim = accepted(office)
    take_claim(claim.pk, act=act(colleague))
    row = {"claim": claim, "status": again(claim).status, "means": Means.TAKEN, "since": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(officer=office.first, **row)


def test_refusal_by_the_applicant_or_another_stage_leaves_nobody_with_the_claim(office, colleague):
    claim = accepted(office)
    take_claim(claim.pk, act=act(colleague))
    refuse_claim(claim.pk, expected=expected(claim), reason="不符合条件", act=act(colleague))
    assert held(claim) is None


def test_desk_page_does_each_deed_and_says_what_was_refused(client, settings, office, colleague):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    claim = accepted(office)
    address = reverse("assignments:claim", args=[claim.key])
    panel = reverse("review:panel", args=[claim.key, "desk"])
    as_(client, office.first)
    assert "领取" in client.get(panel).content.decode()
    assert client.post(address, {"deed": "take"}).status_code == 302
    assert "交回" in client.get(panel).content.decode()
    as_(client, colleague)
    refused = client.post(address, {"deed": "take"})
    assert refused.status_code == 422
    assert f"{office.first.name}承办" in refused.content.decode()
    as_(client, office.second)
    assert client.post(address, {"deed": "move", "officer": office.acceptance.pk}).status_code == 422
    assert client.post(address, {"deed": "move", "officer": colleague.pk, "note": "请办理"}).status_code == 302
    assert held(claim).officer == colleague
    late = client.post(address, {"deed": "suspend", "reason": "inquiry", "expected_on": "2020-01-01", "note": "已发函"})
    assert late.status_code == 422
    assert "预计恢复日期应在" in late.content.decode()
    assert "已发函" in late.content.decode()
    as_(client, colleague)
    sent = {"deed": "recuse", "ground": "relative", "reason": "配偶在该单位任职"}
    assert client.post(address, sent).url == reverse("review:queue")
    assert held(claim) is None
    assert client.get(reverse("review:claim", args=[claim.key])).status_code == 403
