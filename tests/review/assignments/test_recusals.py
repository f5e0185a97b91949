"""Recusals declared and found: the claim is out of the officer's queue, and no service takes their act."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.audit.models import AuditRecord
from portal.core.encryption import keyed_hashes
from portal.core.errors import RefusedError
from portal.notifications.models import Message
from portal.recusal.enums import Ground
from portal.recusal.models import Recusal
from portal.recusal.services import add_affiliation, declare_recusal, find_recusals, lift_recusal
from review.assignments.services.holding import move_claim, take_claim
from review.decisions.selectors.queue import next_claim, queues_of
from review.decisions.services.decisions import accept_claim, support_claim
from tests.factories import ApplicantFactory, act, binhu, make_member, make_official, make_resident_id, wuxi
from tests.review.decisions.pages import as_
from tests.review.worlds import accepted, expected, fresh, submitted

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def affiliated(user, **given):
    values = {"organisation": "别的单位", "uscc": "", "tie": "employee", "ended_on": None} | given
    return add_affiliation(act=act(user), **values)


def test_declared_recusal_takes_the_claim_away_and_refuses_every_act(office):
    claim = accepted(office)
    take_claim(claim.pk, act=act(office.first))
    with pytest.raises(RefusedError, match="写明"):
        declare_recusal(claim.applicant, ground=Ground.RELATIVE, reason=" ", act=act(office.first))
    declare_recusal(claim.applicant, ground=Ground.RELATIVE, reason="配偶任职", act=act(office.first))
    me = fresh(office.first)
    assert next_claim(me, queues_of(me)[0]) is None
    # Also a session that read its rights before.
    for user in (me, office.first):
        with pytest.raises(RefusedError, match="回避"):
            support_claim(claim.pk, expected=expected(claim), act=act(user))
    with pytest.raises(RefusedError, match="回避"):
        move_claim(claim.pk, me, act=act(office.second))
    assert Message.objects.filter(user=office.second, title__startswith="回避").exists()
    assert AuditRecord.objects.filter(action="recusal.declared").count() == 1


@pytest.mark.parametrize(
    ("given", "ground"),
    [
        ({"uscc": "own"}, Ground.EMPLOYER),
        ({"organisation": "own", "ended_on": TODAY - timedelta(days=300)}, Ground.FORMER_EMPLOYER),
        ({"organisation": "own", "tie": "agent", "ended_on": TODAY - timedelta(days=300)}, Ground.AGENT),
        ({"organisation": "own", "ended_on": TODAY - timedelta(days=3 * 366 + 31)}, None),
        ({"organisation": "别的单位"}, None),
    ],
)
@pytest.mark.parametrize("is_known_first", [True, False])
def test_recusal_is_found_from_affiliations_whichever_comes_first(office, given, ground, is_known_first):
    applicant = ApplicantFactory()
    own = {"uscc": applicant.uscc, "organisation": applicant.name}
    given = {name: own[name] if value == "own" else value for name, value in given.items()}
    if is_known_first:
        affiliated(office.acceptance, **given)
    claim = submitted(member=make_member(applicant))
    if not is_known_first:
        affiliated(office.acceptance, **given)
    assert [one.ground for one in Recusal.objects.all()] == ([ground] if ground else [])
    if ground is None:
        accept_claim(claim.pk, expected=expected(claim), act=act(fresh(office.acceptance)))
        return
    with pytest.raises(RefusedError, match="回避") as refused:
        accept_claim(claim.pk, expected=expected(claim), act=act(fresh(office.acceptance)))
    # Why, only the supervisor reads.
    assert ground.label not in str(refused.value)
    assert Message.objects.filter(user=office.second, body__contains=ground.label).exists()
    assert not Message.objects.filter(user=office.acceptance, title__startswith="回避").exists()


def test_applicant_and_holder_of_the_account_are_found_among_the_officials(office):
    User.objects.filter(pk=office.acceptance.pk).update(name="王收款")
    number = make_resident_id(7)
    User.objects.filter(pk=office.first.pk).update(identity_digest=keyed_hashes(number)[0])
    body = ApplicantFactory(account_name="王收款")
    person = ApplicantFactory(individual=True, resident_id=number)
    with transaction.atomic():
        found = [one for applicant in (body, person) for one in find_recusals(applicant, act=act())]
    assert [(one.user, one.ground) for one in found] == [
        (office.acceptance, Ground.PAYEE),
        (office.first, Ground.ONESELF),
    ]
    assert (fresh(office.first).recused_from, fresh(office.second).recused_from) == ({person.pk}, set())


def test_recusal_is_lifted_by_a_second_person_with_a_reason(office):
    claim = accepted(office)
    made = declare_recusal(claim.applicant, ground=Ground.OTHER, reason="曾有纠纷", act=act(office.first))
    with pytest.raises(PermissionDenied):
        lift_recusal(made, reason="核实无关", act=act(fresh(office.first)))
    with pytest.raises(RefusedError, match="理由"):
        lift_recusal(made, reason="", act=act(office.second))
    own_second_account = make_official(Role.DISTRICT_SECOND, binhu(), identity_digest="e" * 64)
    User.objects.filter(pk=office.first.pk).update(identity_digest="e" * 64)
    with pytest.raises(RefusedError, match="本人"):
        lift_recusal(made, reason="核实无关", act=act(fresh(own_second_account)))
    lift_recusal(made, reason="核实无关", act=act(office.second))
    support_claim(claim.pk, expected=expected(claim), act=act(fresh(office.first)))
    with pytest.raises(RefusedError, match="已经解除"):
        lift_recusal(made, reason="再次", act=act(office.second))


def test_page_shows_reasons_to_supervisor_and_auditor_only(client, settings, office):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    applicant = ApplicantFactory()
    affiliated(office.first, organisation=applicant.name)
    address = reverse("recusal:list")
    assert "现任职单位" not in as_(client, office.first).get(address).content.decode()
    for reader in (office.second, make_official(Role.AUDITOR, wuxi())):
        assert "现任职单位" in as_(client, reader).get(address).content.decode()
    made = Recusal.objects.get()
    as_(client, office.second).post(reverse("recusal:lift", args=[made.key]), {"reason": "同名单位"})
    made.refresh_from_db()
    assert made.lifted_by == office.second
    entered = {"organisation": "某公司", "tie": "employee", "uscc": "123"}
    assert as_(client, office.first).post(address, entered).status_code == 422
    assert client.post(address, entered | {"uscc": ""}).status_code == 302
