"""Officials whose ID number nobody asked for state it; a security administrator confirms it from the card."""

import pytest
from django.urls import reverse

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.accounts.selectors import appointment_findings, known_digest
from portal.audit.models import AuditRecord
from tests.factories import binhu, make_member, make_official, make_resident_id, suzhou, wuxi

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]
PROFILE = reverse("accounts:profile")
NUMBER = make_resident_id(7)


@pytest.fixture
def person(db):
    return make_official(Role.DISTRICT_FIRST, binhu())


@pytest.fixture
def guard(db):
    return make_official(Role.SECURITY_ADMIN, wuxi())


def stated(signed_in, person, number=NUMBER):
    return signed_in(person).post(PROFILE, {"intent": "identity", "number": number})


def confirm(signed_in, officer, person, number=NUMBER):
    page = reverse("accounts:appointment", args=[person.appointments.get().public_id])
    return signed_in(officer).post(page, {"number": number})


def is_known(person):
    return bool(User.objects.get(pk=person.pk).identity_digest)


def test_the_number_stated_counts_once_a_security_administrator_read_it_too(person, guard, signed_in):
    wrong = stated(signed_in, person, "320211")
    assert (wrong.status_code, "身份证号码" in wrong.content.decode() or "位" in wrong.content.decode()) == (422, True)
    assert confirm(signed_in, guard, person).status_code == 200  # nothing waits
    assert stated(signed_in, person).status_code == 302
    assert "待核验" in signed_in(person).get(PROFILE).content.decode()
    assert guard.portal_messages.get().title == f"证件号码待核验：{person.name}"
    assert not is_known(person)
    assert "不一致" in confirm(signed_in, guard, person, make_resident_id(8)).content.decode()
    assert not is_known(person)

    assert confirm(signed_in, guard, person).status_code == 302

    assert User.objects.get(pk=person.pk).identity_digest == known_digest(NUMBER)
    held = person.appointments.get()
    assert (held.identity_digest, held.identity_number) == (known_digest(NUMBER), NUMBER)
    assert appointment_findings(person.appointments.all()) == []
    assert "登记证件号码" not in signed_in(person).get(PROFILE).content.decode()
    assert stated(signed_in, person, make_resident_id(9)).status_code == 422
    records = AuditRecord.objects.filter(action__startswith="accounts.identity").order_by("sequence")
    assert [(record.action, record.actor) for record in records] == [
        ("accounts.identity_stated", person),
        ("accounts.identity_confirmed", guard),
    ]


def test_nobody_confirms_themself_or_elsewhere_or_duties_that_exclude_each_other(person, guard, signed_in):
    stated(signed_in, person)
    for other in (make_official(Role.SECURITY_ADMIN, suzhou()), make_official(Role.SYSTEM_ADMIN, wuxi())):
        assert confirm(signed_in, other, person).status_code in (403, 404)
    User.objects.filter(pk=guard.pk).update(identity_digest=known_digest(NUMBER))
    assert "本人以外" in confirm(signed_in, guard, person).content.decode()
    User.objects.filter(pk=guard.pk).update(identity_digest="")
    # The same person decides under another account.
    second = make_official(Role.DISTRICT_SECOND, binhu(), identity_digest=known_digest(NUMBER))
    assert confirm(signed_in, guard, person).status_code == 200
    assert not is_known(person)
    second.appointments.all().delete()
    assert confirm(signed_in, guard, person).status_code == 302
    assert stated(signed_in, make_member()).status_code == 422
