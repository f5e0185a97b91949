"""What two people do in the same moment ends as if one had come first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from portal.accounts.enums import Role
from portal.accounts.models import Applicant, Appointment, Membership
from portal.accounts.services.applicants import ApplicantDetails, register_organisation
from portal.accounts.services.members import accept_invitation, hand_over_ownership, invite_member
from portal.accounts.services.officials import appoint_official
from portal.core.errors import RefusedError
from tests.factories import (
    ApplicantFactory,
    UserFactory,
    act,
    binhu,
    jiangsu,
    make_member,
    make_official,
    make_resident_id,
    make_uscc,
)

NUMBER = make_resident_id(1)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """Start the deeds together, each on a connection of its own; returns "done" or what was refused."""
    barrier = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> str:
        try:
            barrier.wait()
            deed()
        except (RefusedError, PermissionDenied) as error:
            return str(error)
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_ten_people_register_one_code_and_one_owns_it():
    binhu()
    details = ApplicantDetails(name="同一家公司", region_id="320211")
    people = [UserFactory() for _ in range(10)]
    results = at_once(
        *(
            lambda person=person: register_organisation(
                kind="enterprise", uscc=make_uscc(900), details=details, act=act(person)
            )
            for person in people
        )
    )
    assert results.count("done") == 1
    assert all("已经登记" in r for r in results if r != "done")
    assert Applicant.objects.count() == Membership.objects.count() == 1


def test_one_invitation_accepted_by_four_clicks_makes_one_member():
    applicant = ApplicantFactory()
    owner = make_member(applicant)
    person = UserFactory()
    invitation = invite_member(applicant, email=person.email, act=act(owner))
    results = at_once(*[lambda: accept_invitation(invitation, act=act(person))] * 4)
    assert results.count("done") == 1
    assert Membership.objects.filter(user=person).count() == 1


def test_two_administrators_give_one_person_two_duties_and_one_of_them_stands():
    person = UserFactory()
    district = binhu()
    admins = [make_official(Role.SYSTEM_ADMIN, jiangsu()) for _ in range(2)]
    results = at_once(
        lambda: appoint_official(person, role=Role.DISTRICT_FIRST, region=district, act=act(admins[0]), number=NUMBER),
        lambda: appoint_official(person, role=Role.DISTRICT_SECOND, region=district, act=act(admins[1]), number=NUMBER),
    )
    assert results.count("done") == 1
    assert Appointment.objects.filter(user=person).count() == 1


def test_nobody_becomes_member_and_official_at_once():
    applicant = ApplicantFactory()
    invitation_for = UserFactory()
    invitation = invite_member(applicant, email=invitation_for.email, act=act(make_member(applicant)))
    admin = make_official(Role.SYSTEM_ADMIN, jiangsu())
    district = binhu()
    results = at_once(
        lambda: accept_invitation(invitation, act=act(invitation_for)),
        lambda: appoint_official(invitation_for, role=Role.ACCEPTANCE, region=district, act=act(admin), number=NUMBER),
    )
    assert results.count("done") == 1
    assert invitation_for.memberships.count() + invitation_for.appointments.count() == 1


def test_ownership_handed_to_two_heirs_goes_to_one():
    applicant = ApplicantFactory()
    owner = make_member(applicant)
    heirs = [Membership.objects.get(user=make_member(applicant)) for _ in range(2)]

    results = at_once(*(lambda heir=heir: hand_over_ownership(heir, act=act(owner)) for heir in heirs))
    assert sorted(results) == ["done", "只有负责人可以办理。"]
    assert Membership.objects.filter(applicant=applicant, is_owner=True).count() == 1
