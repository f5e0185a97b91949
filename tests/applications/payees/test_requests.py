"""Changes of a payee: when an officer confirms them, who may, and what a submission takes along."""

import dataclasses

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from applications.claims.services.submission import ClaimIncompleteError, submit_claim
from applications.payees.models import PayeeRequest
from applications.payees.selectors import payee_of
from applications.payees.services import decide_request, withdraw_request
from portal.accounts.enums import Role
from portal.accounts.services.applicants import ApplicantDetails, register_individual, update_applicant
from portal.core.errors import RefusedError
from portal.recusal.models import Recusal
from tests.applications.worlds import ready_claim
from tests.factories import act, binhu, make_member, make_official, suzhou, xishan

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False


def details_of(applicant, **fields):
    names = [field.name for field in dataclasses.fields(ApplicantDetails)]
    return ApplicantDetails(**{name: getattr(applicant, name) for name in names} | fields)


def change(user, *, reason="换了开户行", **fields):
    applicant = user.active_memberships[0].applicant
    applicant.refresh_from_db()
    return update_applicant(applicant, details=details_of(applicant, **fields), act=act(user), reason=reason)


@pytest.fixture
def claim():
    draft = ready_claim()
    return submit_claim(draft, act=act(draft.created_by), revision=draft.revision, commitment=True).claim


def test_a_draft_holds_no_change_and_a_submission_keeps_name_and_account():
    draft = ready_claim()
    assert payee_of(draft) is None
    assert not change(draft.created_by, account_number="9988776655443322")
    draft.applicant.refresh_from_db()
    claim = submit_claim(draft, act=act(draft.created_by), revision=draft.revision, commitment=True).claim
    assert payee_of(claim).fields == {
        "name": claim.applicant.name,
        "account_name": claim.applicant.name,
        "bank_name": claim.applicant.bank_name,
        "cnaps_code": claim.applicant.cnaps_code,
        "account_number": "9988776655443322",
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"account_number": "9988776655443322"},
        {"bank_name": "别的银行"},
        {"cnaps_code": "102100099996"},
        {"region_id": "320205"},
        {"name": "新名称有限公司", "account_name": "新名称有限公司"},
    ],
)
def test_while_a_claim_is_open_each_of_them_waits_and_all_else_is_saved(claim, fields):
    xishan()
    with pytest.raises(RefusedError, match="须经受理或财务人员确认") as caught:
        change(claim.created_by, reason=" ", **fields)
    assert caught.value.field == "change_reason"
    assert change(claim.created_by, address="新地址", **fields)
    applicant = claim.applicant
    applicant.refresh_from_db()
    assert applicant.address == "新地址"
    assert all(getattr(applicant, name) != value for name, value in fields.items())
    with pytest.raises(RefusedError, match="已有一项变更申请"):
        change(claim.created_by, contact_name="王五", **fields)
    decide_request(
        PayeeRequest.objects.get(), confirm=True, reason="已核对", act=act(make_official(Role.ACCEPTANCE, binhu()))
    )
    applicant.refresh_from_db()
    assert all(getattr(applicant, name) == value for name, value in fields.items())
    assert all(getattr(payee_of(claim), name) == value for name, value in fields.items() if name != "region_id")


def test_a_refused_or_withdrawn_change_changes_nothing_and_members_are_notified(claim):
    colleague = make_member(claim.applicant)
    before = payee_of(claim).fields
    change(claim.created_by, account_number="9988776655443322")
    with pytest.raises(RefusedError, match="办理意见"):
        decide_request(PayeeRequest.objects.get(), confirm=False, reason=" ", act=act())
    officer = make_official(Role.FINANCE, binhu().parent)
    decide_request(PayeeRequest.objects.get(), confirm=False, reason="没有开户许可证", act=act(officer))
    change(claim.created_by, account_number="9988776655443322")
    withdraw_request(PayeeRequest.objects.get(state="pending"), act=act(colleague))
    assert payee_of(claim).fields == before
    titles = list(
        colleague.portal_messages.filter(title__contains="收款").order_by("pk").values_list("title", flat=True)
    )
    assert titles == [
        "收款信息变更申请已提交",
        "收款信息变更申请未同意",
        "收款信息变更申请已提交",
        "收款信息变更申请已撤回",
    ]


def test_only_officers_of_the_region_decide_and_only_members_withdraw(client, claim):
    change(claim.created_by, account_number="9988776655443322")
    asked = PayeeRequest.objects.get()
    url = reverse("payees:request", args=[asked.key])
    for role, region in ((Role.ACCEPTANCE, xishan()), (Role.FINANCE, suzhou()), (Role.DISTRICT_FIRST, binhu())):
        stranger = make_official(role, region)
        with pytest.raises(PermissionDenied):
            decide_request(asked, confirm=True, reason="好", act=act(stranger))
        with pytest.raises(PermissionDenied):
            withdraw_request(asked, act=act(stranger))
        client.force_login(stranger)
        assert client.get(url).status_code in (403, 404)
    client.force_login(claim.created_by)
    with pytest.raises(PermissionDenied):
        decide_request(asked, confirm=True, reason="好", act=act(claim.created_by))
    assert "撤回申请" in client.get(url).content.decode()
    relative = make_official(Role.ACCEPTANCE, binhu())
    Recusal.objects.create(user=relative, applicant=claim.applicant, ground="relative", reason="亲属")
    with pytest.raises(RefusedError, match="回避"):
        decide_request(asked, confirm=True, reason="好", act=act(relative))
    client.force_login(make_official(Role.ACCEPTANCE, binhu()))
    assert client.post(url, {"decision": "confirm", "reason": ""}).status_code == 422
    assert client.post(url, {"decision": "confirm", "reason": "已核对"}).status_code == 302
    assert payee_of(claim).account_number == "9988776655443322"


@pytest.mark.parametrize(
    ("name", "account_name", "fits"),
    [
        ("无锡示例（科技）有限公司", "无锡示例(科技) 有限公司", True),
        ("无锡示例有限公司", "张三（个人）", False),
        ("无锡示例有限公司", "无锡示例有限公司滨湖分公司", False),
    ],
)
def test_an_account_of_another_name_needs_a_reason_and_a_second_person(name, account_name, fits):
    draft = ready_claim()
    owner = draft.created_by
    if fits:
        assert not change(owner, reason="", name=name, account_name=account_name)
        return
    change(owner, name=name, account_name=name)
    with pytest.raises(RefusedError, match="不一致"):
        change(owner, reason="", account_name=account_name)
    assert change(owner, account_name=account_name)
    asked = PayeeRequest.objects.get()
    decide_request(asked, confirm=True, reason="已核对授权书", act=act(make_official(Role.ACCEPTANCE, binhu())))
    draft.refresh_from_db()
    claim = submit_claim(draft, act=act(owner), revision=draft.revision, commitment=True).claim
    assert payee_of(claim).account_name == account_name
    assert not change(owner, reason="", address="新地址")


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"account_name": "张三（个人）"}, "户名“张三（个人）”"), ({"cnaps_code": "999999999999"}, "联行号有误")],
)
def test_what_was_saved_before_is_checked_at_the_submission(fields, words):
    draft = ready_claim()
    type(draft.applicant).objects.filter(pk=draft.applicant_id).update(**fields)
    draft.refresh_from_db()
    with pytest.raises(ClaimIncompleteError, match=words):
        submit_claim(draft, act=act(draft.created_by), revision=draft.revision, commitment=True)


def test_a_person_registers_with_an_account_of_their_own():
    person = make_member()
    person.memberships.all().delete()
    details = ApplicantDetails(name="王五", region_id=binhu().pk, account_name="李四")
    with pytest.raises(RefusedError, match="账户名称须与名称一致") as caught:
        register_individual(resident_id="11010519491231002X", details=details, act=act(person))
    assert caught.value.field == "account_name"
