"""Registering organisations and individuals, and changing their details."""

from urllib.parse import urlencode

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from portal.accounts.enums import ApplicantKind, Role
from portal.accounts.models import Applicant, Membership
from portal.accounts.services.applicants import ApplicantDetails, update_applicant
from portal.audit.models import AuditRecord
from portal.core.identifiers import mask_number
from tests.factories import (
    ApplicantFactory,
    UserFactory,
    act,
    binhu,
    make_member,
    make_official,
    make_resident_id,
    make_uscc,
    xishan,
)

BODY = {
    "kind": "enterprise",
    "name": "无锡新办科技有限公司",
    "region": "320211",
    "tax_region": "",
    "legal_representative": "孙一",
    "contact_name": "周二",
    "contact_phone": "0510 8123 4567",
    "size_class": "small",
    "account_name": "无锡新办科技有限公司",
    "bank_name": "示例银行",
    "cnaps_code": "1023 0200 0003",
    "account_number": "0011 2233 4455",
}
PERSON = {"name": "吴三", "region": "320211", "contact_name": "吴三", "contact_phone": "13800000000"}


def register(client, **changes):
    return client.post(reverse("accounts:organisation_new"), {**BODY, "uscc": make_uscc(77)} | changes)


@pytest.fixture(autouse=True)
def _districts(db):
    binhu()
    xishan()


class TestRegisteringABody:
    def test_who_registers_becomes_the_owner_and_numbers_are_kept_in_their_normal_form(self, signed_in):
        person = UserFactory()
        written = f" {make_uscc(77)[:8].lower()} {make_uscc(77)[8:].lower()} "
        response = register(signed_in(person), uscc=written)
        applicant = Applicant.objects.get()
        assert response["Location"] == reverse("accounts:organisation_detail", args=[applicant.pk])
        assert applicant.uscc == make_uscc(77)
        assert applicant.tax_region_id == applicant.region_id == "320211"
        assert (applicant.cnaps_code, applicant.account_number) == ("102302000003", "001122334455")
        assert applicant.contact_phone == "0510-81234567"
        membership = Membership.objects.get()
        assert (membership.user, membership.is_owner) == (person, True)
        record = AuditRecord.objects.get(action="accounts.applicant_registered")
        assert (record.actor, record.region_code, record.after["uscc"]) == (person, "320211", make_uscc(77))

    def test_the_bank_may_come_later_and_the_page_says_so(self, signed_in):
        browser = signed_in(UserFactory())
        response = register(browser, account_name="", bank_name="", cnaps_code="", account_number="")
        page = browser.get(response["Location"]).content.decode()
        assert "账户名称、开户银行、联行号、银行账号" in page

    @pytest.mark.parametrize(
        ("changes", "field", "words"),
        [
            ({"uscc": make_uscc(77)[:-1]}, "uscc", "少了 1 位"),
            ({"uscc": "9132O211MA1ABCDEF0"}, "uscc", "可能是数字“0”"),
            ({"cnaps_code": "123"}, "cnaps_code", "您填写了 3 位，少了 9 位"),
            ({"account_number": "6222-ABCD"}, "account_number", "只能是数字"),
            ({"contact_phone": "1"}, "contact_phone", "11 位手机号码"),
            ({"region": ""}, "region", "请填写这一项"),
            ({"region": "320200"}, "region", "320200"),
            ({"kind": "individual"}, "kind", "individual"),
        ],
    )
    def test_a_wrong_entry_is_told_at_its_field_and_registers_nobody(self, signed_in, changes, field, words):
        response = register(signed_in(UserFactory()), **changes)
        assert words in " ".join(response.context["form"].errors[field])
        assert not Applicant.objects.exists()
        assert not AuditRecord.objects.filter(action__startswith="accounts.applicant").exists()

    def test_a_second_person_is_sent_to_the_owner_without_a_name_or_to_a_contest(self, signed_in):
        owner = make_member(ApplicantFactory(uscc=make_uscc(77), name="甲公司"), name="欧阳修文", phone="13912345678")
        response = register(signed_in(UserFactory()))
        page = response.content.decode()
        assert "已经登记" in page
        assert "邀请您加入" in page
        assert "提出登记异议" in page
        for secret in ("欧", owner.email, owner.phone, "甲公司", "6677"):
            assert secret not in page
        assert Applicant.objects.count() == 1
        assert Membership.objects.count() == 1

    def test_officials_cannot(self, signed_in, no_second_factor):
        browser = signed_in(make_official(Role.ACCEPTANCE, binhu()))
        assert browser.get(reverse("accounts:organisation_new")).status_code == 403
        assert register(browser).status_code == 403
        assert not Applicant.objects.exists()

    def test_many_tries_are_stopped(self, signed_in):
        browser = signed_in(UserFactory())
        for _ in range(30):
            assert register(browser, name="").status_code == 200
        assert register(browser).status_code == 429
        assert not Applicant.objects.exists()


class TestRegisteringOneself:
    def test_a_person_registers_themself_once(self, signed_in):
        browser = signed_in(UserFactory())
        number = make_resident_id(5)
        browser.post(reverse("accounts:individual_new"), PERSON | {"resident_id": number})
        applicant = Applicant.objects.get()
        assert (applicant.kind, applicant.resident_id, applicant.uscc) == (ApplicantKind.INDIVIDUAL, number, None)
        record = AuditRecord.objects.get(action="accounts.applicant_registered")
        assert number not in str(record.after)
        page = browser.get(reverse("accounts:organisation_detail", args=[applicant.pk])).content.decode()
        assert number not in page
        assert mask_number(number) in page

        again = browser.post(reverse("accounts:individual_new"), PERSON | {"resident_id": make_resident_id(6)})
        assert "只能登记本人一次" in again.content.decode()
        assert Applicant.objects.count() == 1

    def test_a_number_that_is_registered_names_nobody(self, signed_in):
        make_member(ApplicantFactory(individual=True, resident_id=make_resident_id(5), name="郑王"), name="郑王")
        response = signed_in(UserFactory()).post(
            reverse("accounts:individual_new"), PERSON | {"resident_id": make_resident_id(5)}
        )
        page = response.content.decode()
        assert "该公民身份号码已经登记" in page
        assert "郑" not in page
        assert Applicant.objects.count() == 1

    def test_a_wrong_check_character_is_told(self, signed_in):
        number = make_resident_id(5)
        wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
        response = signed_in(UserFactory()).post(reverse("accounts:individual_new"), PERSON | {"resident_id": wrong})
        assert f"最后一位应为“{number[-1]}”" in response.content.decode()
        assert not Applicant.objects.exists()


class TestChangingDetails:
    def edit(self, applicant):
        return reverse("accounts:organisation_edit", args=[applicant.pk])

    def test_the_owner_changes_them_and_each_change_is_recorded(self, signed_in):
        applicant = ApplicantFactory()
        owner = make_member(applicant)
        browser = signed_in(owner)
        old = applicant.account_number
        response = browser.post(
            self.edit(applicant),
            BODY | {"name": applicant.name, "account_name": applicant.name, "account_number": "99887766"},
        )
        assert response.status_code == 302
        applicant.refresh_from_db()
        assert applicant.account_number == "99887766"
        record = AuditRecord.objects.get(action="accounts.applicant_updated")
        assert (record.before["account_number"], record.after["account_number"]) == (f"****{old[-4:]}", "****7766")
        assert record.opened[0]["account_number"] == old
        assert "name" not in record.after
        assert record.actor == owner

        browser.post(self.edit(applicant), BODY | {"name": applicant.name, "account_number": "99887766"})
        assert AuditRecord.objects.filter(action="accounts.applicant_updated").count() == 1

    def test_the_code_cannot_be_changed(self, signed_in):
        applicant = ApplicantFactory()
        code = applicant.uscc
        signed_in(make_member(applicant)).post(self.edit(applicant), BODY | {"uscc": make_uscc(99)})
        applicant.refresh_from_db()
        assert applicant.uscc == code

    def test_other_members_see_but_do_not_change(self, signed_in):
        applicant = ApplicantFactory()
        make_member(applicant)
        member = make_member(applicant)
        browser = signed_in(member)
        assert "只有负责人可以修改" in browser.get(self.edit(applicant)).content.decode()
        assert browser.post(self.edit(applicant), BODY | {"name": "改名"}).status_code == 403
        details = ApplicantDetails(name="改名", region_id="320211")
        with pytest.raises(PermissionDenied):
            update_applicant(applicant, details=details, act=act(member))
        applicant.refresh_from_db()
        assert applicant.name != "改名"

    def test_other_peoples_bodies_do_not_exist(self, signed_in):
        applicant = ApplicantFactory()
        make_member(applicant)
        stranger = signed_in(make_member())
        for name in ("organisation_detail", "organisation_edit", "members"):
            assert stranger.get(reverse(f"accounts:{name}", args=[applicant.pk])).status_code == 404


class TestTheWayToOnesBody:
    def test_nobody_is_led_to_registering_one_body_opens_several_are_listed(self, signed_in):
        person = UserFactory()
        url = reverse("accounts:organisation")
        assert signed_in(person).get(url)["Location"] == reverse("accounts:organisation_new")
        first = ApplicantFactory()
        Membership.objects.create(user=person, applicant=first, is_owner=True)
        detail = reverse("accounts:organisation_detail", args=[first.pk])
        assert signed_in(person).get(url)["Location"] == detail
        second = ApplicantFactory()
        Membership.objects.create(user=person, applicant=second)
        page = signed_in(person).get(url).content.decode()
        assert first.name in page
        assert second.name in page


class TestProfile:
    def test_name_and_telephone_are_changed_and_recorded(self, signed_in):
        member = make_member(name="旧名", phone="13800000000")
        signed_in(member).post(reverse("accounts:profile"), {"name": "新名", "phone": "139 0000 0000"})
        member.refresh_from_db()
        assert (member.name, member.phone) == ("新名", "13900000000")
        record = AuditRecord.objects.get(action="accounts.profile_updated")
        assert record.before == {"name": "旧名", "phone": "****0000"}
        assert record.opened[1] == {"name": "新名", "phone": "13900000000"}

    def test_officials_read_that_they_act_for_no_applicant(self, signed_in, no_second_factor):
        page = signed_in(make_official(Role.ACCEPTANCE, binhu())).get(reverse("accounts:profile")).content.decode()
        assert "无锡市滨湖区（受理）" in page
        assert "不能代表申报单位" in page


@pytest.mark.django_db
class TestTheWishThatLedHere:
    """What somebody wanted to claim is kept through signing in and registering."""

    WISH = "/claims/new/wx2020-01-inv/"

    @pytest.mark.parametrize("is_individual", [False, True])
    def test_who_has_no_organisation_registers_one_and_goes_on_to_the_item(self, signed_in, is_individual):
        client = signed_in(UserFactory())
        sent = client.get(self.WISH)
        assert sent["Location"] == reverse("accounts:organisation_new")
        assert "回到您要申报的事项" in client.get(sent["Location"]).content.decode()
        if is_individual:
            body = PERSON | {"resident_id": make_resident_id(1)}
            made = client.post(reverse("accounts:individual_new"), body)
        else:
            made = register(client)
        assert made["Location"] == self.WISH
        assert not client.cookies["wanted"].value

    def test_a_stranger_who_signs_in_as_a_new_person_goes_on_too(self, client):
        assert client.get(self.WISH).status_code == 302
        client.force_login(UserFactory())
        assert register(client)["Location"] == self.WISH

    def test_a_forged_wish_and_one_of_a_part_or_a_post_lead_nowhere(self, signed_in):
        client = signed_in(UserFactory())
        assert client.post(self.WISH).status_code == 403
        assert client.get(self.WISH, headers={"HX-Request": "true"}).status_code == 403
        client.cookies["wanted"] = "https://evil.example/:1:x"
        assert register(client)["Location"].startswith("/me/organisations/")

    @pytest.mark.parametrize(
        ("given", "is_taken"),
        [
            ("/claims/1/review/?x=1", True),
            ("https://evil.example/", False),
            ("//evil.example/", False),
            ("javascript:alert(1)", False),
            ("", False),
        ],
    )
    def test_completing_the_details_leads_back_to_the_claim_of_this_site_alone(self, signed_in, given, is_taken):
        applicant = ApplicantFactory(region=binhu())
        client = signed_in(make_member(applicant))
        url = f"{reverse('accounts:organisation_edit', args=[applicant.pk])}?{urlencode({'next': given})}"
        assert ("返回申报" in client.get(url).content.decode()) == is_taken
        saved = client.post(url, BODY | {"name": applicant.name, "account_name": applicant.name})
        assert saved.status_code == 302
        assert (saved["Location"] == given) == is_taken
