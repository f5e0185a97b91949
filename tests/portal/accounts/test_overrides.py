"""A code that fails its check passes by an officer's exception, with a reason."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from portal.accounts.enums import OverrideState, Role
from portal.accounts.models import Applicant, Membership, OverrideRequest
from portal.accounts.services.applicants import decide_override
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError
from portal.notifications.models import Message
from tests.factories import ApplicantFactory, UserFactory, act, binhu, make_member, make_official, make_uscc, xishan
from tests.portal.accounts.test_applicants import BODY

RIGHT = make_uscc(501)
WRONG = RIGHT[:-1] + ("1" if RIGHT[-1] != "1" else "2")


def ask(client, **changes):
    form = {**BODY, "uscc": WRONG, "override_reason": "营业执照上即为此代码", "ask_override": "1"}
    return client.post(reverse("accounts:organisation_new"), form | changes)


@pytest.fixture
def asked(db, signed_in) -> OverrideRequest:
    binhu()
    ask(signed_in(UserFactory(name="申请人")))
    return OverrideRequest.objects.get()


def decide(client, asked: OverrideRequest, decision: str, reason: str = "已核对营业执照原件"):
    url = reverse("accounts:override", args=[asked.public_id])
    return client.post(url, {"decision": decision, "reason": reason})


@pytest.mark.django_db
class TestAsking:
    def test_a_failing_check_offers_the_way_to_an_exception(self, signed_in):
        binhu()
        response = signed_in(UserFactory()).post(reverse("accounts:organisation_new"), {**BODY, "uscc": WRONG})
        page = response.content.decode()
        assert f"最后一位应为“{RIGHT[-1]}”" in page
        assert "申请例外登记" in page
        assert not Applicant.objects.exists()
        assert not OverrideRequest.objects.exists()

    def test_a_code_of_the_wrong_length_does_not(self, signed_in):
        binhu()
        browser = signed_in(UserFactory())
        assert "申请例外登记" not in ask(browser, uscc=WRONG[:-1]).content.decode()
        assert not OverrideRequest.objects.exists()

    def test_the_request_keeps_the_whole_form_and_the_officers_are_told(self, signed_in):
        officer = make_official(Role.ACCEPTANCE, binhu())
        other = make_official(Role.ACCEPTANCE, xishan())
        person = UserFactory()
        ask(signed_in(person))
        asked = OverrideRequest.objects.get()
        assert asked.uscc == WRONG
        assert asked.details["account_number"] == "001122334455"
        assert not Applicant.objects.exists()
        assert Message.objects.filter(user=officer, title="有单位申请代码校验例外").exists()
        assert not Message.objects.filter(user=other).exists()
        assert AuditRecord.objects.get(action="accounts.override_requested").actor == person

    def test_it_needs_a_reason_and_is_asked_once(self, signed_in):
        binhu()
        browser = signed_in(UserFactory())
        assert "请说明为什么" in ask(browser, override_reason=" ").content.decode()
        assert not OverrideRequest.objects.exists()
        ask(browser)
        assert "请等待办理结果" in ask(browser).content.decode()
        assert OverrideRequest.objects.count() == 1
        assert "待办理" in browser.get(reverse("accounts:organisation")).content.decode()

    def test_a_registered_code_cannot_be_asked_for(self, signed_in):
        make_member(ApplicantFactory(uscc=WRONG), name="赵某人")
        page = ask(signed_in(UserFactory())).content.decode()
        assert "已经登记" in page
        assert "登记异议" in page
        assert "赵" not in page
        assert not OverrideRequest.objects.exists()


class TestDeciding:
    def test_the_officer_lets_it_pass_and_the_body_is_registered_for_who_asked(
        self, asked, signed_in, no_second_factor
    ):
        officer = make_official(Role.ACCEPTANCE, binhu())
        browser = signed_in(officer)
        assert asked.name in browser.get(reverse("accounts:overrides")).content.decode()
        page = browser.get(reverse("accounts:override", args=[asked.public_id])).content.decode()
        assert "校验位不符" in page
        assert decide(browser, asked, "approve").status_code == 302

        applicant = Applicant.objects.get()
        assert applicant.uscc == WRONG
        assert applicant.identifier_override_by == officer
        assert applicant.identifier_override_reason == "已核对营业执照原件"
        assert applicant.contact_phone == "0510-81234567"
        membership = Membership.objects.get()
        assert (membership.user, membership.is_owner) == (asked.requested_by, True)
        asked.refresh_from_db()
        assert (asked.state, asked.decided_by, asked.applicant) == (OverrideState.APPROVED, officer, applicant)
        record = AuditRecord.objects.get(action="accounts.override_approved")
        assert (record.actor, record.after["reason"]) == (officer, "已核对营业执照原件")
        assert Message.objects.filter(user=asked.requested_by, title="代码校验例外已同意，单位已登记").exists()

    def test_the_officer_refuses_with_words_that_reach_who_asked(self, asked, signed_in, no_second_factor):
        decide(signed_in(make_official(Role.ACCEPTANCE, binhu())), asked, "refuse", "与证照不符")
        asked.refresh_from_db()
        assert asked.state == OverrideState.REFUSED
        assert not Applicant.objects.exists()
        page = signed_in(asked.requested_by).get(reverse("accounts:organisation")).content.decode()
        assert "与证照不符" in page

    def test_no_reason_decides_nothing(self, asked, signed_in, no_second_factor):
        officer = make_official(Role.ACCEPTANCE, binhu())
        for reason in ("", "  "):
            assert decide(signed_in(officer), asked, "approve", reason).status_code == 200
        with pytest.raises(RefusedError, match="办理意见"):
            decide_override(asked, approve=True, reason=" ", act=act(officer))
        asked.refresh_from_db()
        assert asked.is_pending
        assert not Applicant.objects.exists()

    def test_it_is_decided_once(self, asked, signed_in, no_second_factor):
        browser = signed_in(make_official(Role.ACCEPTANCE, binhu()))
        decide(browser, asked, "refuse")
        assert "已经办理" in decide(browser, asked, "approve").content.decode()
        assert not Applicant.objects.exists()

    @pytest.mark.parametrize("role", [Role.DISTRICT_FIRST, Role.DISTRICT_SECOND])
    def test_other_duties_of_the_district_do_not_decide(self, asked, signed_in, no_second_factor, role):
        officer = make_official(role, binhu())
        assert decide(signed_in(officer), asked, "approve").status_code == 403
        with pytest.raises(PermissionDenied):
            decide_override(asked, approve=True, reason="好", act=act(officer))
        assert not Applicant.objects.exists()

    def test_officers_of_another_district_never_see_it(self, asked, signed_in, no_second_factor):
        officer = make_official(Role.ACCEPTANCE, xishan())
        browser = signed_in(officer)
        assert asked.name not in browser.get(reverse("accounts:overrides")).content.decode()
        assert browser.get(reverse("accounts:override", args=[asked.public_id])).status_code == 404
        assert decide(browser, asked, "approve").status_code == 404
        with pytest.raises(PermissionDenied):
            decide_override(asked, approve=True, reason="好", act=act(officer))
        asked.refresh_from_db()
        assert asked.is_pending

    def test_a_code_registered_meanwhile_is_not_registered_twice(self, asked, signed_in, no_second_factor):
        make_member(ApplicantFactory(uscc=WRONG))
        page = decide(signed_in(make_official(Role.ACCEPTANCE, binhu())), asked, "approve").content.decode()
        assert "已经登记" in page
        asked.refresh_from_db()
        assert asked.is_pending
        assert Applicant.objects.count() == 1

    def test_who_became_an_official_meanwhile_gets_no_body(self, asked):
        officer = make_official(Role.ACCEPTANCE, binhu())
        asked.requested_by.appointments.create(role=Role.AUDITOR, region=binhu().parent)
        with pytest.raises(RefusedError, match="公职账号"):
            decide_override(asked, approve=True, reason="已核对", act=act(officer))
        asked.refresh_from_db()
        assert asked.is_pending
        assert not Applicant.objects.exists()

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_list_takes_as_many_queries_for_three_as_for_one(
        self, db, signed_in, no_second_factor, count, django_assert_num_queries
    ):
        browser = signed_in(make_official(Role.ACCEPTANCE, binhu()))
        for number in range(count):
            code = make_uscc(600 + number)
            ask(signed_in(UserFactory()), uscc=code[:-1] + ("1" if code[-1] != "1" else "2"))
        browser.get(reverse("accounts:overrides"))
        with django_assert_num_queries(6):
            browser.get(reverse("accounts:overrides"))
