"""The person of a session is read once, and again after any change of what their rights come from."""

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import Applicant, Appointment, Membership, Region, User
from portal.core.row_versions import KeptHere
from portal.recusal.enums import Ground
from portal.recusal.models import Recusal
from tests.factories import ApplicantFactory, UserFactory, binhu, give_role, make_member, make_official, wuxi

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kept(monkeypatch):
    monkeypatch.setattr("portal.accounts.persons._recalled", KeptHere(10))


def _change(user):
    """Change one by one what a standing is made of; yields after each what should now be seen of it."""
    applicant = ApplicantFactory()
    yield lambda seen: seen.roles == {Role.CITY_OFFICER}
    give_role(user, Role.AUDITOR, binhu())
    yield lambda seen: seen.roles == {Role.CITY_OFFICER, Role.AUDITOR}
    Appointment.objects.filter(role=Role.AUDITOR).update(revoked_at=timezone.now())
    yield lambda seen: seen.roles == {Role.CITY_OFFICER}
    Region.objects.filter(pk=wuxi().pk).update(bureau="改名后的局")
    yield lambda seen: seen.active_appointments[0].region.bureau == "改名后的局"
    Authenticator.objects.create(user=user, type="totp", data={})
    yield lambda seen: seen.standing.has_second_factor
    Recusal.objects.create(user=user, applicant=applicant, ground=Ground.values[0], reason="亲属")
    yield lambda seen: seen.recused_from == {applicant.pk}
    User.objects.filter(pk=user.pk).update(identity_digest="same")
    other = UserFactory(identity_digest="same")
    yield lambda seen: seen.account_ids == {user.pk, other.pk}
    member = Membership.objects.create(user=other, applicant=ApplicantFactory())
    yield lambda seen: member.applicant_id in seen.recused_from and not seen.is_applicant
    member.delete()
    yield lambda seen: seen.recused_from == {applicant.pk}
    User.objects.filter(pk=user.pk).update(name="改名")
    yield lambda seen: seen.name == "改名"
    User.objects.filter(pk=user.pk).update(is_active=False)
    yield lambda seen: not seen.is_active


def test_any_change_of_rights_is_seen_by_the_next_request():
    user = make_official(Role.CITY_OFFICER, wuxi())
    for is_seen in _change(user):
        assert is_seen(User.recalled(user.pk))
        assert User.recalled(user.pk).standing == User.objects.get(pk=user.pk).standing
    assert User.recalled(0) is None


def test_what_one_reader_does_to_a_person_another_does_not_see(django_assert_num_queries):
    applicant = ApplicantFactory(name="原名")
    member = make_member(applicant)
    first = User.recalled(member.pk)
    first.active_memberships[0].applicant.name = "没有保存"
    first.name = "没有保存"
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 2):
        second = User.recalled(member.pk)
        assert (second.name, second.active_memberships[0].applicant.name) == (member.name, "原名")
    Applicant.objects.filter(pk=applicant.pk).update(name="新名")
    with django_assert_num_queries(2):
        assert User.recalled(member.pk).active_memberships[0].applicant.name == "新名"
