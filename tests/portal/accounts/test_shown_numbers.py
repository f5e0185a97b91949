"""Numbers on pages: masked, and shown once, on record, to whoever asks."""

import pytest
from django.urls import reverse

from applications.claims.enums import ClaimStatus
from applications.payees.services import freeze_payee
from portal.accounts.enums import Role
from portal.audit.models import SecurityEvent
from tests.factories import ApplicantFactory, ClaimFactory, act, make_member, make_official, wuxi, xishan

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim():
    applicant = ApplicantFactory(individual=True, account_number="6217000000001234", contact_phone="13912345678")
    claim = ClaimFactory(applicant=applicant, created_by=make_member(applicant), status=ClaimStatus.APPROVED)
    freeze_payee(claim, act=act(claim.created_by))
    return claim


def numbers_of(claim):
    return [claim.applicant.resident_id, claim.applicant.account_number, claim.applicant.contact_phone]


@pytest.mark.parametrize("who", ["member", "officer"])
def test_a_page_shows_the_end_of_numbers_and_all_of_them_once_on_record(client, claim, who, no_second_factor):
    person = claim.created_by if who == "member" else make_official(Role.FINANCE, wuxi())
    name, key = (
        ("accounts:organisation_detail", claim.applicant_id) if who == "member" else ("funding:payment", claim.key)
    )
    page = reverse(name, args=[key])
    client.force_login(person)
    address = f"{reverse('accounts:show_numbers', args=[claim.applicant_id])}?next={page}"

    def seen() -> list[bool]:
        text = client.get(page).content.decode()
        assert "****1234" in text or numbers_of(claim)[1] in text
        return [number in text for number in numbers_of(claim)]

    full = [who == "member", True, who == "member"]
    assert seen() == [False] * 3
    assert not SecurityEvent.objects.filter(kind="disclosure").exists()
    assert client.get(address).status_code == 405
    assert client.post(address).url == page
    assert seen() == full
    assert seen() == [False] * 3
    event = SecurityEvent.objects.get(kind="disclosure")
    assert (event.user, event.subject) == (person, claim.applicant.name)
    assert event.subjects.get().applicant_id == claim.applicant_id


def test_asking_for_one_applicants_numbers_shows_no_others(client, claim, no_second_factor):
    other = ClaimFactory(applicant=ApplicantFactory(), status=ClaimStatus.APPROVED)
    client.force_login(make_official(Role.FINANCE, wuxi()))
    client.post(reverse("accounts:show_numbers", args=[other.applicant_id]))
    text = client.get(reverse("funding:payment", args=[claim.key])).content.decode()
    assert not any(number in text for number in numbers_of(claim))
    stranger = make_official(Role.ACCEPTANCE, xishan())
    client.force_login(stranger)
    assert client.post(reverse("accounts:show_numbers", args=[claim.applicant_id])).status_code == 404
    assert SecurityEvent.objects.filter(kind="disclosure").count() == 1
