"""Officials use a second factor: set up before anything else, asked for at every sign-in."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from portal.accounts.enums import Role
from portal.audit.models import AuditRecord
from portal.privacy.services.consent import give_consent
from tests.factories import PASSWORD, act, binhu, make_member, make_official, wuxi
from tests.mails import sent_mails


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def official_with_address(role: Role = Role.SYSTEM_ADMIN):
    officer = make_official(role, wuxi() if role == Role.SYSTEM_ADMIN else binhu())
    give_consent(officer, act=act(officer))
    EmailAddress.objects.create(user=officer, email=officer.email, verified=True, primary=True)
    return officer


def sign_in(client: Client, user, **fields: str):
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD} | fields)


@pytest.mark.django_db
class TestForced:
    @pytest.mark.django_db(transaction=True)
    def test_an_official_sets_it_up_sees_the_recovery_codes_and_goes_on_to_where_they_wanted(self, client):
        officer = official_with_address()
        sign_in(client, officer)
        wanted = f"{reverse('accounts:officials')}?role=auditor"

        assert client.get(wanted)["Location"] == reverse("mfa_activate_totp")
        page = client.get(reverse("mfa_activate_totp"))
        assert "公职人员须先启用双重验证" in page.content.decode()
        wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
        assert wrong.status_code == 200
        assert "动态码不对。请输入验证器上现在显示的 6 位数字" in wrong.content.decode()
        assert not Authenticator.objects.exists()

        secret = wrong.context["form"].secret
        response = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
        assert response["Location"] == reverse("mfa_view_recovery_codes")
        codes = client.get(response["Location"])
        assert len(codes.context["unused_codes"]) == 10
        assert reverse("accounts:resume") in codes.content.decode()
        since = Authenticator.objects.get(type=Authenticator.Type.TOTP).created_at
        assert f"自 {since:%Y}年" in client.get(reverse("mfa_index")).content.decode()
        assert client.get(reverse("accounts:resume"))["Location"] == wanted
        assert client.get(wanted).status_code == 200
        assert AuditRecord.objects.filter(action="accounts.totp_activated", actor=officer).exists()
        assert sent_mails()[-1].subject == "双重验证已启用"
        assert "今后登录须输入手机验证器上的动态码" in sent_mails()[-1].body

    def test_nothing_of_the_site_is_done_before(self, client):
        officer = official_with_address()
        sign_in(client, officer)
        for name in ("accounts:profile", "accounts:users", "accounts:resume"):
            assert client.get(reverse(name))["Location"] == reverse("mfa_activate_totp")
        person = make_official(Role.AUDITOR, wuxi())
        url = reverse("accounts:official", args=[person.pk])
        response = client.post(url, {"role": Role.FINANCE, "region": "320200"})
        assert response["Location"] == reverse("mfa_activate_totp")
        assert person.appointments.count() == 1

    def test_signing_out_works_before(self, client):
        sign_in(client, official_with_address())
        client.post(reverse("account_logout"))
        assert "_auth_user_id" not in client.session

    def test_private_people_are_not_asked(self, signed_in):
        assert signed_in(make_member()).get(reverse("accounts:profile")).status_code == 200

    def test_the_demonstration_lets_officials_in_and_says_so(self, signed_in, settings):
        settings.OFFICIALS_NEED_SECOND_FACTOR = False
        settings.DEMO = True
        response = signed_in(official_with_address()).get(reverse("accounts:officials"))
        assert response.status_code == 200
        assert "官员双重验证已关闭" in response.content.decode()

    def test_switched_off_outside_the_demonstration_every_page_says_so(self, client, settings):
        assert "双重验证已关闭" not in client.get(reverse("account_login")).content.decode()
        settings.OFFICIALS_NEED_SECOND_FACTOR = False
        assert "官员双重验证已关闭，正式办理业务前" in client.get(reverse("account_login")).content.decode()

    def test_recovery_codes_alone_do_not_count(self, signed_in):
        officer = official_with_address()
        Authenticator.objects.create(user=officer, type="recovery_codes", data={"seed": "x", "used_mask": 0})
        response = signed_in(officer).get(reverse("accounts:officials"))
        assert response["Location"] == reverse("mfa_activate_totp")


@pytest.mark.django_db
class TestAsked:
    def test_the_code_is_asked_for_at_sign_in(self, client):
        officer = official_with_address()
        TOTP.activate(officer, "JBSWY3DPEHPK3PXP")
        wanted = reverse("accounts:officials")
        assert sign_in(client, officer, next=wanted)["Location"].startswith(reverse("mfa_authenticate"))
        assert "_auth_user_id" not in client.session
        page = client.get(reverse("mfa_authenticate"))
        assert "输入 6 位动态码" in page.content.decode()
        assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
        assert "_auth_user_id" not in client.session
        code = code_of("JBSWY3DPEHPK3PXP")
        response = client.post(reverse("mfa_authenticate"), {"code": code})
        assert response["Location"] == wanted
        assert client.get(wanted).status_code == 200
        # Who looked over the shoulder comes too late.
        thief = Client()
        sign_in(thief, officer)
        thief.post(reverse("mfa_authenticate"), {"code": code})
        assert "_auth_user_id" not in thief.session

    def test_a_recovery_code_works_once(self, client):
        officer = official_with_address()
        sign_in(client, officer)
        secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
        client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
        spare = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]
        for expected in (True, False):
            browser = Client()
            sign_in(browser, officer)
            browser.post(reverse("mfa_authenticate"), {"code": spare})
            assert ("_auth_user_id" in browser.session) is expected

    def test_an_official_who_switches_it_off_must_set_it_up_again(self, client):
        officer = official_with_address()
        sign_in(client, officer)
        secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
        client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
        assert "停用后须立即" in client.get(reverse("mfa_deactivate_totp")).content.decode()
        client.post(reverse("mfa_deactivate_totp"))
        assert client.get(reverse("accounts:officials"))["Location"] == reverse("mfa_activate_totp")
        assert AuditRecord.objects.filter(action="accounts.totp_deactivated", actor=officer).exists()

    def test_new_recovery_codes_replace_the_old_ones(self, client):
        officer = official_with_address()
        sign_in(client, officer)
        secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
        client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
        before = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
        assert "立即失效" in client.get(reverse("mfa_generate_recovery_codes")).content.decode()
        client.post(reverse("mfa_generate_recovery_codes"))
        after = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
        assert not set(before) & set(after)
        assert client.get(reverse("mfa_download_recovery_codes")).content.decode().split() == after
