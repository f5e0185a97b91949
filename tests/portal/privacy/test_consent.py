"""Who agreed to which version of the notice on personal data, when and from where."""

from datetime import date

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from portal.accounts.models import User
from portal.audit.models import AuditRecord
from portal.privacy import notices
from portal.privacy.models import Consent
from portal.privacy.notices import NOTICES, PrivacyNotice, current_notice
from portal.privacy.services.consent import give_consent
from tests.factories import PASSWORD, act, make_member

pytestmark = pytest.mark.django_db
AGREED = {"consent": "on", "sensitive_consent": "on"}
PAGE = "/me/data/consent/"


def sign_in(client, user):
    EmailAddress.objects.get_or_create(user=user, email=user.email, verified=True, primary=True)
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: notice.version)
def test_a_text_that_people_agreed_to_does_not_change(client, notice):
    assert notice.text_hash() == notice.sha256
    page = client.get(reverse("privacy"), {"version": notice.version}).content.decode()
    assert f"版本 {notice.version}" in page
    assert client.get(reverse("privacy"), {"version": "1"}).status_code == 404


@pytest.mark.parametrize("missing", AGREED)
def test_nobody_signs_up_without_both_consents_and_they_are_on_record(client, missing):
    form = {"email": "a@example.org", "name": "张三", "phone": "13800138000"}
    form |= {"password1": PASSWORD}
    page = client.post(reverse("account_signup"), form | AGREED | {missing: ""})
    assert "请" in str(page.context["form"].errors[missing])
    assert not User.objects.exists()
    client.post(reverse("account_signup"), form | AGREED, REMOTE_ADDR="198.51.100.7")
    consent = Consent.objects.get(user__email="a@example.org")
    assert (consent.version, consent.sha256) == (current_notice().version, current_notice().sha256)
    assert consent.address == "198.51.100.7"
    record = AuditRecord.objects.get(action="privacy.consented")
    assert record.contents["privacy.consent"].keys() == {str(consent.pk)}


def test_a_new_version_is_asked_at_the_next_sign_in_and_leads_on_to_the_page_wanted(client, monkeypatch):
    member = make_member()
    give_consent(member, act=act(member))
    sign_in(client, member)
    assert client.get(reverse("applications:claims")).status_code == 200
    fresh = PrivacyNotice("2027-01", date(2027, 1, 1), "0" * 64)
    monkeypatch.setattr(PrivacyNotice, "template", NOTICES[0].template)
    monkeypatch.setattr(notices, "NOTICES", [*NOTICES, fresh])
    # Who is signed in goes on.
    assert client.get(reverse("applications:claims")).status_code == 200
    client.logout()
    sign_in(client, member)
    wanted = reverse("applications:claims")
    asked = client.get(wanted)
    assert asked["Location"].startswith(PAGE)
    # What is public, signing out, and what was filled in before are not held up.
    assert client.get(reverse("contact")).status_code == 200
    assert client.post(reverse("notifications:read_all")).status_code == 302
    assert client.get(asked["Location"]).status_code == 200
    assert client.post(asked["Location"], {"consent": "on"}).status_code == 200
    assert client.post(asked["Location"], AGREED)["Location"] == wanted
    assert client.get(wanted).status_code == 200
    assert list(member.consents.values_list("version", flat=True)) == ["2027-01", NOTICES[0].version]
    assert "2027-01" in client.get(reverse("data:mine")).content.decode()
