"""Absences with deputies, suspended work, and random deeds of several officers that keep what must hold."""

import random
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import ClaimEvent
from applications.claims.selectors.progress import progress_of
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.errors import RefusedError
from portal.notifications.models import Message
from portal.recusal.models import Recusal
from portal.recusal.services import declare_recusal, lift_recusal
from review.assignments.models import Absence, Assignment, Suspension
from review.assignments.selectors.desks import suspended_spans
from review.assignments.services.absences import end_absence, enter_absence
from review.assignments.services.holding import give_back, move_claim, take_claim
from review.assignments.services.suspensions import latest_day, resume_claim, suspend_claim, watch_suspensions
from review.decisions.models import Decision
from review.decisions.selectors.queue import next_claim, queues_of
from review.decisions.services.decisions import confirm_district_review, send_back, support_claim
from tests.applications.worlds import patent_facts
from tests.factories import act, binhu, make_official, xishan
from tests.review.decisions.pages import as_, page_of
from tests.review.worlds import accepted, again, expected, fresh

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
WEEK = TODAY + timedelta(days=7)


@pytest.fixture
def deputy(office):
    return make_official(Role.DISTRICT_FIRST, binhu(), name="赵代办")


def away(user, deputy, *, starts_on=TODAY, ends_on=WEEK, by=None):
    return enter_absence(user, deputy=deputy, starts_on=starts_on, ends_on=ends_on, act=act(by or user))


def test_deputy_acts_on_behalf_of_the_absent_holder_and_both_are_bound_by_four_eyes(client, settings, office, deputy):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    claim = accepted(office)
    other = make_official(Role.DISTRICT_FIRST, binhu())
    take_claim(claim.pk, act=act(office.first))
    away(office.first, deputy)
    assert next_claim(deputy, queues_of(deputy)[0]) == claim
    with pytest.raises(RefusedError, match="承办"):
        support_claim(claim.pk, expected=expected(claim), act=act(other))
    support_claim(claim.pk, expected=expected(claim), act=act(deputy))
    decision = Decision.objects.get(claim=claim, stage="district_first")
    assert (decision.officer, decision.on_behalf_of) == (deputy, office.first)
    words = f"赵代办（代{office.first.name}）"
    assert decision.officer_name == words
    assert ClaimEvent.objects.filter(claim=claim).last().actor_name == words
    assert words in page_of(as_(client, office.second), claim).content.decode()
    # Both concluded here: neither concludes another stage, under whichever account.
    for digest, person in (("a" * 64, office.first), ("b" * 64, deputy)):
        User.objects.filter(pk=person.pk).update(identity_digest=digest)
        second = make_official(Role.DISTRICT_SECOND, binhu(), identity_digest=digest)
        with pytest.raises(RefusedError, match="办理过该申报"):
            confirm_district_review(claim.pk, expected=expected(claim), act=act(fresh(second)))
        assert next_claim(fresh(second), queues_of(second)[0]) is None


def test_deputy_is_refused_where_the_absent_holder_may_not_act(office, deputy):
    claim = accepted(office)
    take_claim(claim.pk, act=act(office.first))
    away(office.first, deputy)
    Recusal.objects.create(user=office.first, applicant=claim.applicant, ground="employer", is_found=True)
    with pytest.raises(RefusedError, match="回避"):
        support_claim(claim.pk, expected=expected(claim), act=act(deputy))


@pytest.mark.parametrize(("starts", "ends"), [(-9, -1), (1, 9)])
def test_deputy_stands_in_only_on_the_days_of_the_absence(office, deputy, starts, ends):
    claim = accepted(office)
    take_claim(claim.pk, act=act(office.first))
    Absence.objects.create(
        user=office.first,
        deputy=deputy,
        starts_on=TODAY + timedelta(days=starts),
        ends_on=TODAY + timedelta(days=ends),
        named_by=office.first,
    )
    with pytest.raises(RefusedError, match="承办"):
        support_claim(claim.pk, expected=expected(claim), act=act(deputy))


def test_absence_is_entered_by_oneself_or_a_supervisor_with_a_lawful_deputy(office, deputy):
    elsewhere = make_official(Role.DISTRICT_FIRST, xishan())
    for wrong, words in ((office.acceptance, "相同职责"), (elsewhere, "相同职责"), (office.first, "本人")):
        with pytest.raises(RefusedError, match=words):
            away(office.first, wrong)
    with pytest.raises(PermissionDenied):
        away(office.first, deputy, by=deputy)
    with pytest.raises(RefusedError, match="早于"):
        away(office.first, deputy, ends_on=TODAY - timedelta(days=1))
    made = away(office.first, deputy, by=office.second)
    assert Message.objects.filter(key=f"absence:{made.pk}").count() == 2
    with pytest.raises(RefusedError, match="已登记"):
        away(office.first, None, starts_on=WEEK, ends_on=WEEK)
    with pytest.raises(RefusedError, match="也登记了外出"):
        away(deputy, office.first)
    claim = accepted(office)
    move_claim(claim.pk, deputy, act=act(office.second))
    end_absence(made, act=act(office.first))
    with pytest.raises(RefusedError, match="已经结束"):
        end_absence(made, act=act(office.first))


def test_absence_pages(client, settings, office, deputy):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    address = reverse("assignments:absences")
    sent = {"user": office.first.pk, "deputy": deputy.pk, "starts_on": TODAY, "ends_on": WEEK, "note": "学习"}
    assert as_(client, office.first).post(address, sent).status_code == 302
    assert "由您代办" in as_(client, deputy).get(address).content.decode()
    assert client.post(address, sent).status_code == 422
    made = Absence.objects.get()
    assert client.post(reverse("assignments:absence_end", args=[made.key])).status_code == 404
    as_(client, office.second).post(reverse("assignments:absence_end", args=[made.key]))
    made.refresh_from_db()
    assert made.ended_by == office.second


def test_suspended_claim_leaves_the_queue_refuses_acts_and_tells_its_applicant(client, settings, office):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    claim = accepted(office)
    with pytest.raises(RefusedError, match="事由"):
        suspend_claim(claim.pk, reason="lunch", expected_on=WEEK, act=act(office.first))
    with pytest.raises(RefusedError, match="工作日"):
        suspend_claim(
            claim.pk, reason="inquiry", expected_on=latest_day(TODAY) + timedelta(days=1), act=act(office.first)
        )
    with pytest.raises(PermissionDenied):
        suspend_claim(claim.pk, reason="inquiry", expected_on=WEEK, act=act(office.acceptance))
    due = claim.step_due_on
    suspend_claim(claim.pk, reason="inquiry", expected_on=WEEK, note="已发函", act=act(office.first))
    assert (due is not None, again(claim).step_due_on) == (True, None)
    assert next_claim(office.first, queues_of(office.first)[0]) is None
    with pytest.raises(RefusedError, match="挂起"):
        support_claim(claim.pk, expected=expected(claim), act=act(office.first))
    as_(client, office.first)
    assert claim.number not in client.get(reverse("review:queue")).content.decode()
    assert claim.number in client.get(reverse("review:queue"), {"suspended": "on"}).content.decode()
    assert "核实情况" in progress_of(again(claim)).pause
    shown = as_(client, claim.created_by).get(reverse("applications:claim", args=[claim.key])).content.decode()
    assert "暂停办理" in shown
    assert "已发函" not in shown
    with pytest.raises(PermissionDenied):
        resume_claim(claim.pk, act=act(make_official(Role.DISTRICT_FIRST, binhu())))
    resume_claim(claim.pk, act=act(office.second))
    assert suspended_spans([claim.pk]) == {claim.pk: [(TODAY, TODAY)]}
    assert again(claim).step_due_on == due
    suspend_claim(claim.pk, reason="dispute", expected_on=WEEK, act=act(office.first))
    resume_claim(claim.pk, act=act(office.first))
    with pytest.raises(RefusedError, match="最多挂起 2 次"):
        suspend_claim(claim.pk, reason="dispute", expected_on=WEEK, act=act(office.first))
    support_claim(claim.pk, expected=expected(claim), act=act(office.first))


def test_suspension_is_reminded_of_on_its_day_and_ends_at_its_limit(office):
    claim = accepted(office)
    made = suspend_claim(claim.pk, reason="opinion", expected_on=WEEK, act=act(office.first))
    for day in (TODAY, WEEK, WEEK, made.latest_on):
        watch_suspensions(on=day)
    assert Message.objects.filter(key=f"suspension:{made.pk}:due").count() == 1
    assert Suspension.objects.open().count() == 1
    for _ in range(2):
        watch_suspensions(on=made.latest_on + timedelta(days=1))
    assert Suspension.objects.open().count() == 0
    assert Message.objects.filter(key=f"suspension:{made.pk}:resumed").count() == 1
    support_claim(claim.pk, expected=expected(claim), act=act(office.first))


@pytest.mark.parametrize("seed", range(2))
def test_random_deeds_keep_one_holder_no_act_of_the_recused_or_a_wrong_deputy_and_four_eyes(office, deputy, seed):
    chance = random.Random(seed)
    firsts = [office.first, deputy, make_official(Role.DISTRICT_FIRST, binhu())]
    seconds = [office.second, make_official(Role.DISTRICT_SECOND, binhu())]
    # One person serves as first officer under one account and as second under another.
    for account in (firsts[2], seconds[1]):
        User.objects.filter(pk=account.pk).update(identity_digest="c" * 64)
    claims = [accepted(office, lines=[patent_facts(number)]) for number in (1, 2)]
    everybody = [*firsts, *seconds]

    def conclude(user, claim):
        holder = Assignment.objects.open().filter(claim=claim, status=again(claim).status).first()
        absence = Absence.objects.on(TODAY).filter(user=holder.officer).first() if holder else None
        recused = Recusal.objects.in_force(TODAY).filter(user__in=user.account_ids, applicant=claim.applicant).exists()
        if again(claim).status == ClaimStatus.DISTRICT_REVIEW:
            support_claim(claim.pk, expected=expected(claim), act=act(user))
        else:
            send_back(claim.pk, expected=expected(claim), reason="请重审", act=act(user))
        assert not recused
        if holder and holder.officer_id not in user.account_ids:
            assert absence is not None
            assert absence.deputy_id in user.account_ids
            assert Decision.objects.latest("pk").on_behalf_of == holder.officer

    deeds = [
        lambda user, claim: take_claim(claim.pk, act=act(user)),
        conclude,
        conclude,
        lambda user, claim: give_back(claim.pk, act=act(user)),
        lambda user, claim: move_claim(claim.pk, chance.choice(everybody), act=act(user)),
        lambda user, claim: away(user, chance.choice(everybody)),
        lambda user, claim: [end_absence(one, act=act(user)) for one in Absence.objects.on(TODAY).filter(user=user)],
        lambda user, claim: declare_recusal(claim.applicant, ground="other", reason="旧识", act=act(user)),
        lambda user, claim: [
            lift_recusal(one, reason="核实", act=act(user)) for one in Recusal.objects.in_force(TODAY)
        ],
        lambda user, claim: suspend_claim(claim.pk, reason="inquiry", expected_on=WEEK, act=act(user)),
        lambda user, claim: resume_claim(claim.pk, act=act(user)),
    ]
    done = 0
    for _ in range(60):
        try:
            chance.choice(deeds)(fresh(chance.choice(everybody)), chance.choice(claims))
            done += 1
        except (RefusedError, PermissionDenied):
            continue
        held = Assignment.objects.open().values("claim", "status").annotate(count=Count("pk"))
        assert all(row["count"] == 1 for row in held)
    assert done > 5
    for claim in claims:
        stages = {}
        for one in Decision.objects.filter(claim=claim).select_related("officer", "on_behalf_of"):
            for account in filter(None, (one.officer, one.on_behalf_of)):
                person = fresh(account)
                stages.setdefault(person.identity_digest or person.pk, set()).add(one.stage)
        assert all(len(found) == 1 for found in stages.values())
