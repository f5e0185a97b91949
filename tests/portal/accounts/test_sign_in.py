"""Signing up, in and out, as a browser does it."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.accounts.templatetags.people import device
from portal.audit.models import AuditRecord
from portal.privacy.services.consent import give_consent
from tests.factories import PASSWORD, UserFactory, act, binhu, make_member, make_official
from tests.mails import sent_mails

FORM = {
    "email": "New.Person@example.org",
    "name": "钱新",
    "phone": "+86 138 0000 0000",
    "password1": PASSWORD,
    "consent": "on",
    "sensitive_consent": "on",
}


def sign_up(client: Client, **changes: str):
    return client.post(reverse("account_signup"), FORM | changes)


def code_from(message) -> str:
    found = re.search(r"验证码：(\S+)", message.body)
    assert found
    return found[1]


def enter_code(client: Client, code: str):
    return client.post(reverse("account_email_verification_sent"), {"code": code})


def verified_user(**fields) -> User:
    user = UserFactory(**fields)
    give_consent(user, act=act(user))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client: Client, user: User, password: str = PASSWORD, **fields: str):
    return client.post(reverse("account_login"), {"login": user.email, "password": password} | fields)


@pytest.mark.django_db
class TestSigningUp:
    def test_a_new_person_enters_the_mailed_code_and_is_led_to_registering_an_applicant(self, client):
        response = sign_up(client)
        assert response["Location"] == reverse("account_email_verification_sent")
        assert "_auth_user_id" not in client.session
        [message] = sent_mails()
        assert message.to == ["new.person@example.org"]
        assert "您好" in message.body
        assert "知识产权专项资金申报平台" in message.body

        response = enter_code(client, code_from(message))

        assert response["Location"] == reverse("accounts:organisation_new")
        user = User.objects.get()
        assert (user.email, user.name, user.phone) == ("new.person@example.org", "钱新", "13800000000")
        assert client.session["_auth_user_id"] == str(user.pk)
        page = client.get(response["Location"]).content.decode()
        assert "钱新，您已登录" in page
        assert "邮箱 new.person@example.org 已验证" in page
        assert AuditRecord.objects.filter(action="accounts.signed_up", actor=user).exists()

    def test_a_wrong_code_lets_nobody_in_and_three_end_the_attempt(self, client):
        sign_up(client)
        right = code_from(sent_mails()[0])
        for attempt in range(3):
            response = enter_code(client, "WRONG1")
            assert response.status_code == (200 if attempt < 2 else 302)
            if attempt < 2:
                assert "邮箱验证码不对。请核对最近收到的一封邮件" in response.content.decode()
        enter_code(client, right)
        assert "_auth_user_id" not in client.session
        assert not EmailAddress.objects.filter(verified=True).exists()

    def test_a_code_that_did_not_arrive_is_sent_again_and_only_the_new_one_works(self, client):
        sign_up(client)
        cache.clear()
        page = client.get(reverse("account_email_verification_sent")).content.decode()
        assert "邮箱验证码" in page
        assert "重新发送" in page
        client.post(reverse("account_email_verification_sent"), {"action": "resend"})
        first, second = map(code_from, sent_mails())
        assert first != second
        enter_code(client, first)
        assert "_auth_user_id" not in client.session
        enter_code(client, second)
        assert "_auth_user_id" in client.session

    def test_an_address_that_is_taken_looks_like_a_new_one_and_its_owner_is_told(self, client):
        verified_user(email="new.person@example.org")
        response = sign_up(client)
        assert response["Location"] == reverse("account_email_verification_sent")
        assert User.objects.count() == 1
        [message] = sent_mails()
        assert "已有账号" in message.body
        assert "验证码" not in message.body

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"password1": "short-1"}, "密码太短，至少要有 10 个字符"),
            ({"password1": "12345678901"}, "数字"),
            ({"password1": "password1234"}, "常见"),
            ({"phone": "12345"}, "11 位手机号码"),
            ({"name": ""}, "请填写这一项"),
            ({"email": "nobody"}, "有效的"),
        ],
    )
    def test_a_wrong_entry_is_told_in_chinese_and_makes_nobody(self, client, changes, words):
        response = sign_up(client, **changes)
        assert response.status_code == 200
        assert words in response.content.decode()
        assert not User.objects.exists()
        assert not sent_mails()

    def test_too_many_sign_ups_from_one_place_are_stopped_with_words(self, client):
        for _ in range(20):
            assert sign_up(client, name="").status_code == 200
        response = sign_up(client)
        assert response.status_code == 429
        assert "操作太频繁" in response.content.decode()
        assert not User.objects.exists()

    def test_the_way_one_came_by_is_kept_through_the_code(self, client):
        client.post(f"{reverse('account_signup')}?next=/policies/", FORM | {"next": "/policies/"})
        assert enter_code(client, code_from(sent_mails()[0]))["Location"] == "/policies/"


@pytest.mark.django_db
class TestSigningIn:
    def test_people_go_home_once_they_act_for_somebody(self, client):
        member = make_member()
        EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
        assert sign_in(client, member)["Location"] == reverse("home")
        assert AuditRecord.objects.filter(action="accounts.signed_in", actor=member).exists()

    def test_people_who_act_for_nobody_are_led_to_registering(self, client):
        assert sign_in(client, verified_user())["Location"] == reverse("accounts:organisation_new")

    def test_an_address_that_was_never_verified_must_be_verified_first(self, client):
        user = UserFactory()
        assert sign_in(client, user)["Location"] == reverse("account_email_verification_sent")
        assert "_auth_user_id" not in client.session

    def test_five_wrong_passwords_shut_out_even_the_right_one(self, client):
        user = verified_user()
        for _ in range(5):
            assert "不正确" in sign_in(client, user, password="wrong").content.decode()
        response = sign_in(client, user)
        assert "登录失败次数过多。请 5 分钟后再试" in response.content.decode()
        assert "_auth_user_id" not in client.session

    def test_a_wrong_password_and_an_unknown_address_get_the_same_words(self, client):
        user = verified_user()
        known = sign_in(client, user, password="wrong").context["form"].errors
        user.email = "nobody@example.org"
        assert sign_in(client, user, password="wrong").context["form"].errors == known

    def test_a_link_to_another_site_is_not_followed(self, client):
        member = make_member()
        EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
        assert sign_in(client, member, next="https://evil.example/")["Location"] == reverse("home")

    def test_someone_inactive_does_not_get_in(self, client):
        response = sign_in(client, verified_user(is_active=False))
        assert "_auth_user_id" not in client.session
        assert response["Location"] == reverse("account_inactive")
        assert "已停用" in client.get(response["Location"]).content.decode()

    def test_a_stranger_is_sent_to_sign_in_and_comes_back(self, client):
        member = make_member()
        EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
        wanted = reverse("accounts:profile")
        response = client.get(wanted)
        assert response["Location"] == f"{reverse('account_login')}?next={wanted}"
        assert sign_in(client, member, next=wanted)["Location"] == wanted

    def test_signing_out_takes_a_post(self, signed_in):
        browser = signed_in(make_member())
        assert "确定要退出吗" in browser.get(reverse("account_logout")).content.decode()
        assert "_auth_user_id" in browser.session
        browser.post(reverse("account_logout"))
        assert "_auth_user_id" not in browser.session


@pytest.mark.django_db
class TestPasswordAndAddress:
    def test_a_forgotten_password_is_reset_by_the_mailed_link_once(self, client):
        user = verified_user()
        client.post(reverse("account_reset_password"), {"email": user.email})
        [message] = sent_mails()
        link = re.search(r"https?://[^/]+(/\S+)", message.body)[1]
        form_page = client.get(link)["Location"]
        new = {"password1": "Another-Horse-8-Battery", "password2": "Another-Horse-8-Battery"}
        client.post(form_page, new)
        user.refresh_from_db()
        assert user.check_password("Another-Horse-8-Battery")
        assert AuditRecord.objects.filter(action="accounts.password_reset", actor=user).exists()
        assert "该链接无效或已经用过" in Client().get(link).content.decode()

    def test_an_unknown_address_gets_the_same_answer_and_no_mail(self, client):
        response = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"}, follow=True)
        assert "如果该邮箱注册过" in response.content.decode()
        assert not sent_mails()

    def test_a_new_address_counts_only_when_verified(self, client):
        user = verified_user()
        sign_in(client, user)
        sent_mails().clear()
        old = user.email
        client.post(reverse("account_email"), {"email": "fresh@example.org", "action_add": ""})
        user.refresh_from_db()
        assert user.email == old
        code = next(code_from(m) for m in sent_mails() if m.to == ["fresh@example.org"])
        enter_code(client, code)
        user.refresh_from_db()
        assert user.email == "fresh@example.org"
        assert any(m.to == [old] and "变更" in m.body for m in sent_mails())
        assert AuditRecord.objects.filter(action="accounts.email_changed", actor=user).exists()

    def test_a_change_asks_for_the_password_again_when_signing_in_is_long_ago(self, client, monkeypatch):
        user = verified_user()
        sign_in(client, user)
        guarded = reverse("mfa_activate_totp")
        assert client.get(guarded).status_code == 200
        later = time.time() + 301
        monkeypatch.setattr(time, "time", lambda: later)
        asked = client.get(guarded)["Location"]
        assert asked.startswith(reverse("account_reauthenticate"))
        assert "请先确认是您本人" in client.get(asked).content.decode()
        assert client.post(asked, {"password": "wrong"}).status_code == 200
        assert client.get(guarded).status_code == 302
        client.post(asked, {"password": PASSWORD})
        assert client.get(guarded).status_code == 200

    def test_changing_the_password_is_told_by_mail_and_recorded(self, client):
        user = verified_user()
        sign_in(client, user)
        client.post(
            reverse("account_change_password"),
            {"oldpassword": PASSWORD, "password1": "Another-Horse-8-Battery", "password2": "Another-Horse-8-Battery"},
        )
        user.refresh_from_db()
        assert user.check_password("Another-Horse-8-Battery")
        assert "您的账号有如下变更" in sent_mails()[-1].body
        assert AuditRecord.objects.filter(action="accounts.password_changed", actor=user).exists()


@pytest.mark.parametrize("password", ["马" * 64, "correct horse battery staple " * 9])
def test_a_long_password_of_any_script_is_taken(password):
    validate_password(password)


@pytest.mark.django_db
def test_other_sessions_are_listed_and_ended(client):
    member = make_member()
    give_consent(member, act=act(member))
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    other = Client(headers={"user-agent": "Other Browser 1.0"})
    sign_in(other, member)
    sign_in(client, member)
    page = client.get(reverse("usersessions_list")).content.decode()
    assert "Other Browser 1.0" in page
    assert "当前登录" in page
    client.post(reverse("usersessions_list"))
    assert other.get(reverse("accounts:profile")).status_code == 302
    assert client.get(reverse("accounts:profile")).status_code == 200
    assert "没有其他登录" in client.get(reverse("usersessions_list")).content.decode()


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140 Safari/537.36",
            "Chrome，Windows 电脑",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537.36 Edg/140.0", "Edge，Windows 电脑"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0", "微信，iPhone"),
        ("curl/8.0", "curl/8.0"),
        ("", ""),
    ],
)
def test_a_device_is_named_in_words(user_agent, words):
    assert device(user_agent) == words


@pytest.mark.django_db
def test_the_last_use_of_a_session_is_noted_once_a_minute(client, monkeypatch):
    client.force_login(make_member())
    client.get(reverse("accounts:profile"))
    first = UserSession.objects.get().last_seen_at
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("accounts:profile"))
    assert not [q for q in queries if q["sql"].startswith(("UPDATE", "INSERT"))]
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    client.get(reverse("accounts:profile"))
    assert UserSession.objects.get().last_seen_at > first


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    ["account_login", "account_signup", "account_reset_password", "account_reset_password_done", "account_inactive"],
)
def test_a_stranger_reads_the_entrance_pages_in_our_look(client, name):
    page = client.get(reverse(name)).content.decode()
    assert 'class="site-header' in page
    assert 'lang="zh-CN"' in page
    assert "Sign" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["account_email", "account_change_password", "mfa_index", "account_reauthenticate"])
def test_a_person_reads_the_pages_about_the_account_in_our_look(client, name):
    sign_in(client, verified_user())
    page = client.get(reverse(name)).content.decode()
    assert 'class="site-header' in page
    assert "Change" not in page


@pytest.mark.django_db
def test_officials_sign_in_to_their_home(client, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    officer = make_official(Role.ACCEPTANCE, binhu())
    EmailAddress.objects.create(user=officer, email=officer.email, verified=True, primary=True)
    assert sign_in(client, officer)["Location"] == reverse("home")
