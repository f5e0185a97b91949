"""Asking for a mandate, confirming it on a paper, and ending it."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from applications.mandates.enums import MandateAction, MandateState, Right, Side
from applications.mandates.models import Mandate
from applications.mandates.services import (
    Scope,
    actions_open_to,
    ask_for_mandate,
    confirm_mandate,
    end_mandate,
    follow_transfer,
    hand_in_paper,
    remind_of_ends,
)
from portal.accounts.enums import Verification
from portal.accounts.models import User
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError
from tests.applications.mandates.worlds import give_mandate, make_agency, make_agent
from tests.factories import ApplicantFactory, act, make_member
from tests.files import make_pdf

pytestmark = pytest.mark.django_db


def scope(*rights, first=0, last=30):
    today = timezone.localdate()
    return Scope([], rights or (Right.FILL,), today + timedelta(days=first), today + timedelta(days=last))


def paper():
    return SimpleUploadedFile("委托书.pdf", make_pdf())


@pytest.fixture
def sides():
    """The owner and a colleague of a principal, and an agency's member."""
    principal = ApplicantFactory()
    return make_member(principal), make_member(principal), make_agent()


def asked(sides, side=Side.AGENCY, key=None) -> Mandate:
    owner, _, agent = sides
    parties = owner.active_memberships[0].applicant, agent.active_memberships[0].applicant
    by = agent if side == Side.AGENCY else owner
    return ask_for_mandate(*parties, side=side, scope=scope(), key=key or uuid.uuid4(), act=act(by))


def test_what_the_agency_asks_for_the_principals_owner_alone_confirms_and_only_on_a_paper(sides):
    owner, colleague, agent = sides
    made = asked(sides)
    assert owner.portal_messages.filter(kind="mandates.asked").exists()
    assert not agent.portal_messages.exists()
    with pytest.raises(RefusedError, match="委托书"):
        confirm_mandate(made, act=act(owner))
    hand_in_paper(made, file=paper(), act=act(agent))
    for stranger in (agent, colleague, make_member()):
        with pytest.raises(PermissionDenied):
            confirm_mandate(made, act=act(stranger))
    confirm_mandate(made, act=act(owner))
    made.refresh_from_db()
    assert (made.state, made.decided_by) == (MandateState.CONFIRMED, owner)
    assert agent.portal_messages.filter(kind="mandates.confirmed").count() == 1
    records = AuditRecord.objects.filter(target_type="mandates.mandate").order_by("sequence")
    assert [record.action for record in records] == ["mandates.asked", "mandates.handed_in", "mandates.confirmed"]
    with pytest.raises(RefusedError, match="已确认"):
        hand_in_paper(made, file=paper(), act=act(agent))


def test_an_agency_that_nobody_has_verified_gets_no_mandate(sides):
    owner, _, agent = sides
    made = asked(sides)
    hand_in_paper(made, file=paper(), act=act(agent))
    agency = agent.active_memberships[0].applicant
    agency.verification = Verification.UNVERIFIED
    agency.save(update_fields=["verification"])
    with pytest.raises(RefusedError, match="尚未核验"):
        confirm_mandate(made, act=act(owner))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (scope(first=0, last=-1), "早于开始日期"),
        (scope(first=-9, last=-1), "已过"),
        (scope(last=3 * 366), "三年"),
        (Scope([], (), timezone.localdate(), timezone.localdate()), "权限"),
    ],
)
def test_a_scope_that_makes_no_sense_is_refused(sides, wrong, words):
    owner, _, agent = sides
    parties = owner.active_memberships[0].applicant, agent.active_memberships[0].applicant
    with pytest.raises(RefusedError, match=words):
        ask_for_mandate(*parties, side=Side.PRINCIPAL, scope=wrong, key=uuid.uuid4(), act=act(owner))


def test_only_agencies_take_mandates_and_nobody_asks_for_others(sides):
    owner, _, agent = sides
    principal, agency = owner.active_memberships[0].applicant, agent.active_memberships[0].applicant
    given = {"scope": scope(), "key": uuid.uuid4()}
    with pytest.raises(RefusedError, match="只能委托知识产权服务机构"):
        ask_for_mandate(principal, ApplicantFactory(), side=Side.PRINCIPAL, act=act(owner), **given)
    with pytest.raises(RefusedError, match="自己"):
        ask_for_mandate(agency, agency, side=Side.AGENCY, act=act(agent), **given)
    with pytest.raises(PermissionDenied):
        ask_for_mandate(principal, agency, side=Side.PRINCIPAL, act=act(agent), **given)
    assert not Mandate.objects.exists()


def test_pressed_twice_it_is_one_request_and_a_second_one_waits_for_the_first(sides):
    key = uuid.uuid4()
    assert asked(sides, key=key) == asked(sides, key=key)
    with pytest.raises(RefusedError, match="已有一份待确认"):
        asked(sides, side=Side.PRINCIPAL)


def test_each_side_ends_what_is_its_own(sides):
    owner, colleague, agent = sides
    made = asked(sides)
    assert actions_open_to(agent, made) == [MandateAction.HAND_IN, MandateAction.CANCEL]
    assert actions_open_to(owner, made) == [MandateAction.HAND_IN, MandateAction.CONFIRM, MandateAction.DECLINE]
    assert actions_open_to(colleague, made) == [MandateAction.HAND_IN]
    end_mandate(made, MandateAction.DECLINE, act=act(owner), reason="不需要")
    standing = give_mandate(owner.active_memberships[0].applicant, agent)
    assert actions_open_to(owner, standing) == [MandateAction.REVOKE]
    assert actions_open_to(agent, standing) == [MandateAction.RETURN]
    with pytest.raises(PermissionDenied):
        end_mandate(standing, MandateAction.REVOKE, act=act(colleague))
    end_mandate(standing, MandateAction.RETURN, act=act(agent), reason="业务调整")
    standing.refresh_from_db()
    assert (standing.state, standing.ended_by, standing.reason) == (MandateState.RETURNED, agent, "业务调整")
    with pytest.raises(RefusedError, match="已退回"):
        end_mandate(standing, MandateAction.REVOKE, act=act(owner))


def test_both_sides_are_told_once_that_it_ends_and_once_that_it_has():
    owner, agent = make_member(), make_agent()
    principal = owner.active_memberships[0].applicant
    give_mandate(principal, agent, days=(-5, 14))
    give_mandate(principal, agent, days=(-5, 15))
    give_mandate(principal, agent, days=(-5, -1))
    for _ in range(2):
        assert remind_of_ends(on=timezone.localdate()) == 2
    for person in (owner, agent):
        assert sorted(person.portal_messages.values_list("kind", flat=True)) == ["mandates.ended", "mandates.ending"]


def test_an_organisation_that_is_handed_over_keeps_no_mandate():
    owner, agent, officer = make_member(), make_agent(), make_member()
    principal = owner.active_memberships[0].applicant
    standing = give_mandate(principal, agent)
    with transaction.atomic():
        follow_transfer(principal, act(officer))
    standing.refresh_from_db()
    assert (standing.state, standing.reason) == (MandateState.REVOKED, "单位已移交")


def test_the_database_holds_that_a_confirmed_mandate_has_a_paper_and_gives_something():
    made = give_mandate(ApplicantFactory(), make_agent())
    for wrong in ({"sha256": ""}, {right.value: False for right in Right}, {"agency": made.principal}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Mandate.objects.filter(pk=made.pk).update(**wrong)


def asking(who: User, client):
    client.force_login(who)
    return client


def test_on_its_pages_it_is_asked_for_and_confirmed(client, sides):
    owner, _, agent = sides
    principal = owner.active_memberships[0].applicant
    today = timezone.localdate()
    new = reverse("mandates:new", args=["agency"])
    form = {
        "key": str(uuid.uuid4()),
        "own": agent.active_memberships[0].applicant_id,
        "uscc": f" {principal.uscc.lower()} ",
        "reach": "all",
        "rights": ["may_fill", "may_read"],
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=9)).isoformat(),
    }
    wrong = asking(agent, client).post(new, form | {"reach": "some", "uscc": "1"})
    assert wrong.status_code == 422
    assert "请勾选事项" in wrong.content.decode()
    assert "没有登记这一代码的单位" not in wrong.content.decode()
    assert client.post(new, form).status_code == 302
    made = Mandate.objects.get()
    assert (made.principal, made.rights, made.all_items) == (principal, [Right.FILL, Right.READ], True)
    page = reverse("mandates:mandate", args=[made.key])
    asking(owner, client).post(reverse("mandates:hand_in", args=[made.key]), {"paper": paper()})
    client.post(reverse("mandates:act", args=[made.key]), {"action": "confirm"})
    made.refresh_from_db()
    assert made.is_in_force
    assert "撤销委托" in client.get(page).content.decode()
    assert "撤销委托" not in asking(agent, client).get(page).content.decode()
    assert made.number in client.get(reverse("mandates:list")).content.decode()
    shown = client.get(reverse("mandates:paper", args=[made.key]))
    assert b"".join(shown.streaming_content).startswith(b"%PDF")
    assert asking(make_agent(make_agency()), client).get(page).status_code == 404
