"""Who registered a code first does not own the body for ever: a contest is heard by both sides and decided by two."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from applications.payees.models import PayeeRequest
from applications.payees.selectors import payee_of
from applications.payees.services import decide_request, freeze_payee
from portal.accounts.enums import Role, Verification
from portal.accounts.models import Applicant
from portal.accounts.selectors import owner_of
from portal.accounts.services.members import accept_invitation, hand_over_ownership, invite_member, remove_member
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError
from portal.notifications.models import Message
from portal.ownership.enums import ContestResult, ContestState
from portal.ownership.models import Contest, OrganisationPaper
from portal.ownership.services.contests import (
    answer_contest,
    confirm_result,
    file_contest,
    propose_result,
    return_proposal,
    withdraw_contest,
)
from review.decisions.services.decisions import accept_claim
from tests.chain import altered_at_commit
from tests.factories import (
    ApplicantFactory,
    ClaimFactory,
    UserFactory,
    act,
    binhu,
    make_member,
    make_official,
    make_uscc,
    suzhou,
    xishan,
)
from tests.portal.accounts.test_applicants import BODY
from tests.portal.accounts.test_races import at_once
from tests.portal.ownership.worlds import acceptance_officer, contested, papers
from tests.review.worlds import expected, submitted

pytestmark = pytest.mark.django_db


def second_officer():
    return make_official(Role.DISTRICT_SECOND, binhu())


def ended(contest, result):
    """The contest answered, proposed by one officer and confirmed by another."""
    answer_contest(contest, text="经总经理授权登记", files={}, act=act(contest.holder))
    propose_result(contest, result=result, opinion="已核对双方材料", act=act(acceptance_officer()))
    return confirm_result(contest, act=act(second_officer()))


def test_a_code_that_is_registered_leads_to_a_contest_and_names_nobody(client):
    owner = make_member(ApplicantFactory(uscc=make_uscc(77)), name="欧阳修文")
    client.force_login(UserFactory())
    page = client.post(reverse("accounts:organisation_new"), {**BODY, "uscc": make_uscc(77)}).content.decode()
    way = f"{reverse('ownership:contest_new')}?uscc={make_uscc(77)}"
    assert (way in page, "欧" in page, owner.email in page) == (True, False, False)
    form = client.get(way)
    assert make_uscc(77) in form.content.decode()
    sent = {"uscc": make_uscc(77).lower(), "reason": "登记人已离职", **papers("rival")}
    done = client.post(reverse("ownership:contest_new"), sent)
    contest = Contest.objects.get()
    assert (done.status_code, done.url) == (302, reverse("ownership:contest", args=[contest.key]))
    shown = client.get(done.url).content.decode()
    assert ("登记人已离职" in shown, "欧阳修文" in shown, contest.applicant.name in shown) == (True, False, False)
    assert Message.objects.filter(user=owner, title__contains="请于").count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"uscc": make_uscc(4711)}, "可以直接登记"),
        ({"reason": " "}, "请说明理由"),
        ({"files": {}}, "请上传营业执照"),
        ({"by": "member"}, "您已是该单位成员"),
        ({"by": "official"}, "公职账号"),
        ({"by": "second"}, "已有登记异议正在处理"),
    ],
)
def test_a_contest_that_cannot_be_is_refused_with_the_remedy(changes, words):
    owner = make_member()
    applicant = owner.memberships.get().applicant
    if changes.get("by") == "second":
        contested(applicant)
    by = {"member": owner, "official": acceptance_officer()}.get(changes.pop("by", ""), UserFactory())
    given = {"uscc": applicant.uscc, "reason": "是我的", "files": papers()} | changes
    with pytest.raises(RefusedError, match=words):
        file_contest(**given, act=act(by))


def test_while_it_is_contested_members_payee_acceptance_and_payments_stand_still(client):
    owner = make_member()
    applicant = owner.memberships.get().applicant
    colleague = make_member(applicant)
    invitation = invite_member(applicant, email="new@example.org", act=act(owner))
    claim = submitted(member=owner)
    asked = PayeeRequest.objects.create(
        applicant=applicant,
        region_code=applicant.region_id,
        before={"bank_name": "甲"},
        after={"bank_name": "乙"},
        reason="换行",
        requested_by=owner,
    )
    contested(applicant)
    officer = acceptance_officer()
    membership = colleague.memberships.get()
    deeds = [
        lambda: invite_member(applicant, email="x@example.org", act=act(owner)),
        lambda: accept_invitation(invitation, act=act(UserFactory(email="new@example.org"))),
        lambda: remove_member(membership, act=act(owner)),
        lambda: remove_member(membership, act=act(colleague)),
        lambda: hand_over_ownership(membership, act=act(owner)),
        lambda: decide_request(asked, confirm=True, reason="核对", act=act(officer)),
        lambda: accept_claim(claim.pk, expected=expected(claim), act=act(officer)),
    ]
    for deed in deeds:
        with pytest.raises(RefusedError, match="有登记异议正在处理"):
            deed()
    client.force_login(owner)
    address = reverse("accounts:organisation_edit", args=[applicant.pk])
    form = client.get(address).context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    refused = client.post(address, values | {"bank_name": "别的银行", "change_reason": "换行"})
    assert "有登记异议正在处理" in refused.content.decode()
    assert client.post(address, values | {"address": "新址"}).status_code == 302


def test_a_transfer_gives_the_body_to_who_contested_and_pays_nothing_to_those_before():
    owner = make_member()
    applicant = owner.memberships.get().applicant
    make_member(applicant)
    claim = ClaimFactory(applicant=applicant, status=ClaimStatus.APPROVED, created_by=owner)
    freeze_payee(claim, act=act(owner))
    asked = PayeeRequest.objects.create(
        applicant=applicant,
        region_code="320211",
        before={"bank_name": "甲"},
        after={"bank_name": "乙"},
        reason="换行",
        requested_by=owner,
    )
    contest, person = contested(applicant)
    ended(contest, ContestResult.TRANSFERRED)
    applicant = Applicant.objects.get(pk=applicant.pk)
    assert [m.user for m in applicant.memberships.all()] == [person] == [owner_of(applicant)]
    assert (applicant.verification, applicant.account_number, applicant.bank_name) == (Verification.VERIFIED, "", "")
    assert (payee_of(claim).account_number, PayeeRequest.objects.get(pk=asked.pk).state) == ("", "withdrawn")
    # Neither side's papers are the other's.
    assert OrganisationPaper.objects.visible_to(person).count() == 2
    assert OrganisationPaper.objects.visible_to(owner).count() == 0
    actions = AuditRecord.objects.filter(action__startswith="ownership.").values_list("action", flat=True)
    assert [action.partition(".")[2] for action in actions.order_by("sequence")] == [
        "filed",
        "answered",
        "proposed",
        "verified",
        "decided",
    ]
    assert altered_at_commit() == []
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Contest.objects.update(opinion="改写")


@pytest.mark.parametrize(
    ("result", "members", "state"),
    [(ContestResult.REFUSED, 1, ContestState.REFUSED), (ContestResult.SHARED, 2, ContestState.SHARED)],
)
def test_a_contest_refused_or_shared_leaves_the_owner_and_the_account(result, members, state):
    contest, person = contested()
    before = contest.applicant.account_number
    done = ended(contest, result)
    applicant = Applicant.objects.get(pk=contest.applicant_id)
    assert (owner_of(applicant), applicant.memberships.count()) == (contest.holder, members)
    assert (applicant.account_number, done.state) == (before, state)
    assert Message.objects.filter(user=person, title="登记异议已办结").count() == 1
    contested(applicant)


def test_the_holder_has_the_days_to_answer_and_two_officers_decide():
    contest, person = contested()
    officer = acceptance_officer()
    propose = {"result": ContestResult.REFUSED, "opinion": "不成立"}
    with pytest.raises(RefusedError, match="期满后才能"):
        propose_result(contest, **propose, act=act(officer))
    for stranger in (person, UserFactory()):
        with pytest.raises(PermissionDenied):
            answer_contest(contest, text="不是", files={}, act=act(stranger))
    late = replace(act(officer), at=contest.filed_at + timedelta(days=60))
    for one in (make_official(Role.ACCEPTANCE, xishan()), second_officer(), make_official(Role.CITY_OFFICER, suzhou())):
        with pytest.raises(PermissionDenied):
            propose_result(contest, **propose, act=replace(late, user=one))
    propose_result(contest, **propose, act=late)
    with pytest.raises(RefusedError, match="另一名人员"):
        confirm_result(contest, act=late)
    # Another account of the same person is no other person, and a side of the contest decides nothing.
    double = second_officer()
    type(officer).objects.filter(pk__in=[officer.pk, double.pk]).update(identity_digest="2" * 64)
    with pytest.raises(RefusedError, match="另一名人员"):
        confirm_result(contest, act=act(type(officer).objects.get(pk=double.pk)))
    side = second_officer()
    type(officer).objects.filter(pk__in=[person.pk, side.pk]).update(identity_digest="3" * 64)
    with pytest.raises(RefusedError, match="回避"):
        confirm_result(contest, act=act(type(officer).objects.get(pk=side.pk)))
    return_proposal(contest, reason="请补充核对授权委托书", act=act(second_officer()))
    contest.refresh_from_db()
    assert (contest.state, contest.result) == (ContestState.ANSWERED, "")
    withdraw_contest(contest, act=act(person))
    with pytest.raises(RefusedError, match="已撤回"):
        propose_result(contest, **propose, act=act(officer))


def test_each_side_and_each_officer_works_on_the_page(client):
    contest, person = contested()
    address = reverse("ownership:contest", args=[contest.key])

    def send(user, **data):
        client.force_login(user)
        answer = client.post(address, data)
        contest.refresh_from_db()
        return answer

    assert send(contest.holder, action="answer", text="").status_code == 422
    assert send(contest.holder, action="answer", text="本人获授权", **papers("holder")).status_code == 302
    client.force_login(person)
    page = client.get(address).content.decode()
    assert ("本人获授权" in page, "holder-licence" in page) == (False, False)
    officer = acceptance_officer()
    assert send(officer, action="propose", result="shared", opinion="均有授权").status_code == 302
    assert "须由另一名人员复核" in send(officer, action="confirm").content.decode()
    second = second_officer()
    assert "必须说明理由" in send(second, action="return", reason="").content.decode()
    assert send(second, action="confirm").status_code == 302
    assert contest.state == ContestState.SHARED
    client.force_login(second)
    assert contest.applicant.name in client.get(reverse("ownership:desk")).content.decode()
    client.force_login(person)
    assert contest.applicant.uscc in client.get(reverse("ownership:contests")).content.decode()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_contests_filed_at_once_one_is_taken():
    applicant = make_member().memberships.get().applicant
    people = [UserFactory() for _ in range(5)]
    results = at_once(
        *(
            lambda person=person: file_contest(
                uscc=applicant.uscc, reason="是我的", files=papers(str(person.pk)), act=act(person)
            )
            for person in people
        )
    )
    assert sorted(results) == sorted(["done"] + ["该单位已有登记异议正在处理，请待其办结后再提出。"] * 4)
