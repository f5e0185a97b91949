"""Signing in through a provider of OpenID Connect that runs beside the test; its answers are changed one by one."""

import json
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock
import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from authlib import jose
from django.core.cache import cache
from django.urls import reverse
from oidc_provider_mock._server import _threaded_server
from oidc_provider_mock._storage import storage

from portal.accounts.enums import Verification
from portal.audit.models import AuditRecord
from portal.core.identity_config import content_security_policy, openid_providers
from portal.ownership.models import OrganisationCheck
from tests.factories import PASSWORD, ApplicantFactory, UserFactory, make_member

# The provider's own library warns of what it will drop.
pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
CLIENT = "portal"


@pytest.fixture(scope="module")
def provider():
    """The provider's address, and what to change of its next answer: claims of the token, or its bytes."""
    changes: dict = {}
    app = oidc_provider_mock.app(require_nonce=True)

    @app.after_request
    def alter(response):
        if response.content_type.startswith("application/json") and response.json and "id_token" in response.json:
            data = response.json
            key = jose.JsonWebKey.generate_key("RSA", 2048, is_private=True) if changes.get("key") else storage.jwk
            claims = dict(jose.jwt.decode(data["id_token"], storage.jwk)) | changes.get("claims", {})
            header = {"alg": "RS256", "kid": storage.jwk.as_dict()["kid"]} | changes.get("header", {})
            if header["alg"] == "RS256":
                data["id_token"] = jose.jwt.encode(header, claims, key).decode()
            if changes.get("drop"):
                del data["id_token"]
            response.data = json.dumps(data)
        return response

    with _threaded_server(app=app) as server:
        yield f"http://localhost:{server.server_port}", changes


@pytest.fixture(autouse=True)
def configured(settings, monkeypatch, provider):
    address, changes = provider
    changes.clear()
    cache.clear()
    monkeypatch.setenv("OPENID_SERVER_URL", address)
    monkeypatch.setenv("OPENID_CLIENT_ID", CLIENT)
    monkeypatch.setenv("OPENID_CLIENT_SECRET", "secret")
    settings.SOCIALACCOUNT_PROVIDERS = openid_providers()


def verified(user):
    """The person, who has confirmed their address."""
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def there_and_back(client, provider, *, sub="7", **claims):
    """Go to the provider, sign in there, and bring back what it sends."""
    address, _ = provider
    requests.put(f"{address}/users/{sub}", json={"sub": sub, **claims}, timeout=9).raise_for_status()
    away = client.post(reverse("openid_login", args=["sso"]))
    assert away.status_code == 302
    back = requests.post(away["Location"], data={"sub": sub}, allow_redirects=False, timeout=9)
    came = urlsplit(back.headers["Location"])
    assert came.path == reverse("openid_callback", args=["sso"])
    return client.get(f"{came.path}?{came.query}")


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_the_first_time_the_password_links_the_account_and_afterwards_none_is_asked(client, provider):
    user = verified(UserFactory(email="zhang@example.org"))
    answer = there_and_back(client, provider, email=user.email)
    assert (answer.status_code, answer["Location"]) == (302, reverse("openid_link"))
    assert not is_signed_in(client)
    wrong = client.post(reverse("openid_link"), {"login": user.email, "password": "Wrong-Horse-1"})
    assert (wrong.status_code, SocialAccount.objects.count(), is_signed_in(client)) == (422, 0, False)
    right = client.post(reverse("openid_link"), {"login": user.email, "password": PASSWORD})
    assert (right.status_code, SocialAccount.objects.get().user, is_signed_in(client)) == (302, user, True)
    assert AuditRecord.objects.filter(action="accounts.sign_in_linked", actor=user).count() == 1
    # Nothing of the person is kept but the provider's name for them.
    assert "email" not in SocialAccount.objects.get().extra_data
    client.logout()
    there_and_back(client, provider)
    assert is_signed_in(client)
    assert AuditRecord.objects.filter(action="accounts.signed_in", actor=user).count() == 2


def test_the_second_factor_is_asked_before_anything_is_linked(client, provider):
    user = verified(UserFactory())
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    there_and_back(client, provider, sub="8")
    client.post(reverse("openid_link"), {"login": user.email, "password": PASSWORD})
    assert (SocialAccount.objects.count(), is_signed_in(client)) == (0, False)
    SocialAccount.objects.create(user=user, provider="sso", uid="8")
    client.logout()
    answer = there_and_back(client, provider, sub="8")
    assert (answer["Location"], is_signed_in(client)) == (reverse("mfa_authenticate"), False)
    assert Authenticator.objects.filter(user=user).exists()


@pytest.mark.parametrize(
    "change",
    [
        {"claims": {"iss": "https://elsewhere.example"}},
        {"claims": {"aud": "another"}},
        {"claims": {"nonce": "of-another-browser"}},
        {"claims": {"nonce": None}},
        {"claims": {"exp": 1}},
        {"claims": {"sub": "somebody-else"}},
        {"key": True},
        {"header": {"kid": "unknown"}},
        {"drop": True},
    ],
    ids=lambda change: str(change)[1:30],
)
def test_a_token_that_is_not_right_in_every_point_signs_nobody_in(client, provider, change):
    SocialAccount.objects.create(user=verified(UserFactory()), provider="sso", uid="7")
    provider[1].update(change)
    answer = there_and_back(client, provider)
    assert (answer.status_code, "身份认证未完成" in answer.content.decode()) == (401, True)
    assert not is_signed_in(client)


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(client, provider):
    answer = client.get(reverse("openid_callback", args=["sso"]) + "?code=x&state=y")
    assert "身份认证未完成" in answer.content.decode()
    assert client.get(reverse("openid_link")).status_code == 410


def test_a_provider_that_is_down_is_words_and_an_unknown_one_is_absent(client, monkeypatch, settings):
    monkeypatch.setenv("OPENID_SERVER_URL", "http://localhost:9")
    settings.SOCIALACCOUNT_PROVIDERS = openid_providers()
    answer = client.post(reverse("openid_login", args=["sso"]))
    assert "请稍后再试" in answer.content.decode()
    assert client.post(reverse("openid_login", args=["other"])).status_code == 404
    monkeypatch.setenv("OPENID_SERVER_URL", "")
    settings.SOCIALACCOUNT_PROVIDERS = openid_providers()
    assert "openid" not in client.get(reverse("account_login")).content.decode()
    assert client.post(reverse("openid_login", args=["sso"])).status_code == 404


def test_the_sign_in_page_offers_it_and_its_form_may_lead_there(client, provider):
    assert "统一身份认证" in client.get(reverse("account_login")).content.decode()
    policy = content_security_policy(openid_providers())
    assert policy["DIRECTIVES"]["form-action"] == ["'self'", provider[0]]
    away = client.post(reverse("openid_login", args=["sso"]))
    asked = parse_qs(urlsplit(away["Location"]).query)
    assert len(asked["nonce"][0]) > 20
    assert asked["code_challenge_method"] == ["S256"]


@pytest.mark.parametrize(
    ("changes", "known"),
    [({}, True), ({"credit_code": "91320211MA1000000X"}, False), ({"legal_representative": "别人"}, False)],
)
def test_what_the_provider_says_of_the_organisation_verifies_it_where_every_field_agrees(
    client, provider, changes, known
):
    applicant = ApplicantFactory(verification=Verification.UNVERIFIED)
    SocialAccount.objects.create(user=verified(make_member(applicant)), provider="sso", uid="9")
    said = {"credit_code": applicant.uscc, "organisation_name": applicant.name, "legal_representative": "张三"}
    there_and_back(client, provider, sub="9", **(said | changes))
    applicant.refresh_from_db()
    assert (applicant.is_verified, OrganisationCheck.objects.filter(source="统一身份认证").exists()) == (known,) * 2
