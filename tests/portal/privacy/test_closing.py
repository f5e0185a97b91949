"""Closing an account: what stands in its way is named, what nobody must keep goes, what must be kept stays whole."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from applications.claims.models import Claim
from applications.rights.models import Right
from portal.accounts.enums import Role
from portal.accounts.models import Applicant, Membership, User
from portal.accounts.services.applicants import ApplicantDetails, register_individual
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError
from portal.notifications.models import Message, Outgoing
from portal.notifications.services import notify_users
from portal.privacy.services.closing import close_account
from portal.privacy.services.consent import give_consent
from tests.factories import (
    PASSWORD,
    ApplicantFactory,
    ClaimFactory,
    UserFactory,
    act,
    binhu,
    make_member,
    make_official,
    make_resident_id,
)
from tests.mails import sent_mails
from tests.portal.core.protected_rows import ROWS
from tests.portal.ownership.worlds import contested

pytestmark = pytest.mark.django_db
PAGE = "/me/data/close/"


def person_with(status=None, **fields):
    applicant = ApplicantFactory(individual=True, resident_id=make_resident_id(9))
    person = make_member(applicant, name="钱某某", phone="13912345678", **fields)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    if status:
        ClaimFactory(applicant=applicant, status=status, created_by=person)
    return person


def _open_claim():
    return person_with(ClaimStatus.DISTRICT_REVIEW), "区级审核中"


def _unpaid():
    return person_with(ClaimStatus.APPROVED), "等待拨付"


def _recovery():
    recovery = ROWS["recoveries.recoveryevent"][0]().recovery
    recovery.applicant.memberships.all().delete()
    return make_member(recovery.applicant), "追缴"


def _official():
    return make_official(Role.ACCEPTANCE, binhu()), "免去职责"


def _owner():
    owner = make_member()
    make_member(owner.memberships.get().applicant)
    return owner, "移交给另一位成员"


def _owner_alone_of_what_must_be_kept():
    owner = make_member()
    applicant = owner.memberships.get().applicant
    ClaimFactory(applicant=applicant, status=ClaimStatus.PAID, approved_amount=1, created_by=owner)
    return owner, f"您是{applicant.name}的负责人"


def _contesting():
    return contested()[1], "登记异议正在办理"


@pytest.mark.parametrize(
    "make", [_open_claim, _unpaid, _recovery, _official, _owner, _owner_alone_of_what_must_be_kept, _contesting]
)
def test_what_is_open_is_named_and_nothing_is_closed(client, settings, make):
    settings.OFFICIALS_NEED_SECOND_FACTOR = False
    person, words = make()
    client.force_login(person)
    assert words in client.get(PAGE).content.decode()
    assert words in client.post(PAGE, {"password": PASSWORD, "sure": "on"}).content.decode()
    person.refresh_from_db()
    assert person.is_active
    with pytest.raises(RefusedError, match=words):
        close_account(person, act=act(person))


def test_an_account_is_closed_for_good_and_its_address_and_number_are_free(client):
    person = person_with(ClaimStatus.DRAFT)
    applicant, email = person.memberships.get().applicant, person.email
    give_consent(person, act=act(person))
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    SocialAccount.objects.create(user=person, provider="openid", uid="1", extra_data={"name": "钱某某"})
    notify_users([person], "review.report", key="a", heading="消息", report="钱某某的电话 13912345678")
    Right.objects.create(applicant=applicant, kind="patent", facts={"no": "1"}, recorded_by=person)
    client.force_login(person)
    client.get(reverse("accounts:profile"))
    assert "请勾选后再注销" in client.post(PAGE, {"password": PASSWORD}).content.decode()
    assert "密码不正确" in client.post(PAGE, {"password": "x", "sure": "on"}).content.decode()
    client.post(PAGE, {"password": PASSWORD, "sure": "on"})
    assert "_auth_user_id" not in client.session

    person.refresh_from_db()
    applicant.refresh_from_db()
    assert (person.is_active, person.name, person.phone, person.phone_hash) == (False, "已注销用户", "", None)
    for table in (EmailAddress, SocialAccount, Membership, Right, Message):
        assert not table.objects.exists(), table
    assert [(mail.to, "已注销" in mail.subject) for mail in sent_mails()] == [([email], True)]
    claim = Claim.objects.get()
    assert (claim.status, claim.facts, claim.lines.count()) == (ClaimStatus.WITHDRAWN, {}, 0)
    assert (applicant.name, applicant.contact_phone, applicant.account_number) == ("已注销主体", "", "")
    assert applicant.resident_id != make_resident_id(9)
    login = client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    assert login.status_code == 200
    call_command("verify_audit")
    with pytest.raises(RefusedError, match="已注销"):
        close_account(person, act=act(person))

    again = UserFactory(email=email)
    details = ApplicantDetails(name="钱某某", region_id=binhu().pk)
    assert register_individual(resident_id=make_resident_id(9), details=details, act=act(again)).pk != applicant.pk


def test_what_was_submitted_and_paid_keeps_its_name_and_the_record_stays_whole():
    person = person_with(ClaimStatus.PAID)
    applicant = person.memberships.get().applicant
    close_account(person, act=act(person))
    applicant.refresh_from_db()
    assert (applicant.resident_id, applicant.name.startswith("王")) == (make_resident_id(9), True)
    assert (applicant.contact_phone, applicant.account_number) == ("", "")
    assert Claim.objects.get().status == ClaimStatus.PAID
    assert AuditRecord.objects.get(action="privacy.account_closed").actor_id == person.pk
    call_command("verify_audit")


def test_an_ordinary_member_goes_and_the_organisation_stays():
    owner = make_member()
    applicant = owner.memberships.get().applicant
    member = make_member(applicant)
    ClaimFactory(applicant=applicant, status=ClaimStatus.SUBMITTED, created_by=owner)
    close_account(member, act=act(member))
    assert [m.user for m in applicant.memberships.all()] == [owner]
    assert Applicant.objects.get().name == applicant.name
    assert Outgoing.objects.get().to == member.email


def test_an_official_who_was_dismissed_stays_known_as_the_same_person():
    official = make_official(Role.ACCEPTANCE, binhu(), identity_digest="d" * 64)
    official.appointments.update(revoked_at=timezone.now())
    close_account(official, act=act(official))
    assert User.objects.get().identity_digest == "d" * 64
