"""Inviting, joining, leaving, removing, handing over: one owner always remains."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.jobs import send_invitation
from portal.accounts.models import Invitation, Membership, User
from portal.accounts.services.members import (
    accept_invitation,
    hand_over_ownership,
    invitation_token,
    invite_member,
    remove_member,
)
from portal.audit.models import AuditRecord
from portal.core.errors import RefusedError
from portal.jobs.models import Job
from tests.factories import ApplicantFactory, UserFactory, act, binhu, make_member, make_official
from tests.mails import sent_mails
from tests.portal.accounts.test_sign_in import FORM, code_from, enter_code


@pytest.fixture
def applicant(db):
    return ApplicantFactory()


@pytest.fixture
def owner(applicant) -> User:
    return make_member(applicant, name="负责人甲")


@pytest.fixture
def invitation(applicant, owner) -> Invitation:
    return invite_member(applicant, email="colleague@example.org", act=act(owner))


def page_of(invitation: Invitation) -> str:
    return reverse("accounts:invitation", args=[invitation_token(invitation)])


def accept_url(invitation: Invitation) -> str:
    return reverse("accounts:invitation_accept", args=[invitation_token(invitation)])


class TestInviting:
    def test_the_owner_invites_and_the_mail_carries_the_only_copy_of_the_link(self, applicant, owner, signed_in):
        browser = signed_in(owner)
        browser.post(reverse("accounts:members", args=[applicant.pk]), {"email": "Colleague@Example.org"})
        invitation = Invitation.objects.get()
        assert invitation.email == "colleague@example.org"
        assert invitation.expires_at - invitation.created_at == timedelta(days=7)
        job = Job.objects.get(kind="accounts.send_invitation")
        token = invitation_token(invitation)
        stored = f"{list(Invitation.objects.values())} {job.payload} {list(AuditRecord.objects.values())}"
        assert token not in stored

        send_invitation(invitation.pk)
        send_invitation(invitation.pk)
        [message] = mail.outbox
        assert message.to == ["colleague@example.org"]
        assert f"http://localhost:8000{page_of(invitation)}" in message.body
        assert message.subject == f"负责人甲邀请您加入{applicant.name}"
        assert "邮件已发出" in browser.get(reverse("accounts:members", args=[applicant.pk])).content.decode()

    def test_a_new_invitation_replaces_the_old_one(self, applicant, owner, invitation):
        second = invite_member(applicant, email=invitation.email, act=act(owner))
        invitation.refresh_from_db()
        assert invitation.cancelled_at
        send_invitation(invitation.pk)
        assert not mail.outbox
        assert second.token_hash != invitation.token_hash

    def test_only_the_owner_invites(self, applicant, owner, signed_in):
        member = make_member(applicant)
        url = reverse("accounts:members", args=[applicant.pk])
        assert signed_in(member).post(url, {"email": "x@example.org"}).status_code == 403
        assert signed_in(make_member()).post(url, {"email": "x@example.org"}).status_code == 404
        assert not Invitation.objects.exists()
        assert not Job.objects.exists()

    def test_a_member_is_not_invited_and_an_individual_invites_nobody(self, applicant, owner):
        member = make_member(applicant)
        with pytest.raises(RefusedError, match="已是成员"):
            invite_member(applicant, email=member.email.upper(), act=act(owner))
        person = ApplicantFactory(individual=True)
        with pytest.raises(RefusedError, match="只能由本人使用"):
            invite_member(person, email="x@example.org", act=act(make_member(person)))
        assert not Invitation.objects.exists()

    def test_twenty_open_invitations_are_enough(self, applicant, owner):
        for number in range(20):
            invite_member(applicant, email=f"p{number}@example.org", act=act(owner))
        with pytest.raises(RefusedError, match="已有 20 份"):
            invite_member(applicant, email="one-more@example.org", act=act(owner))
        invite_member(applicant, email="p3@example.org", act=act(owner))
        assert Invitation.objects.open_at(timezone.now()).count() == 20


class TestAccepting:
    def test_a_person_with_an_account_joins(self, applicant, owner, invitation, signed_in):
        person = UserFactory(email=invitation.email)
        browser = signed_in(person)
        assert "接受邀请" in browser.get(page_of(invitation)).content.decode()
        response = browser.post(accept_url(invitation))
        assert response["Location"] == reverse("accounts:organisation_detail", args=[applicant.pk])
        membership = Membership.objects.get(user=person)
        assert not membership.is_owner
        assert AuditRecord.objects.get(action="accounts.member_joined").actor == person
        assert owner.portal_messages.filter(title="成员已加入").exists()

    def test_a_new_person_signs_up_with_the_link_and_joins(self, applicant, owner, invitation, client):
        page = client.get(page_of(invitation)).content.decode()
        assert applicant.name in page
        assert "c***@example.org" in page
        assert invitation.email not in page
        assert f"{reverse('account_signup')}?next={page_of(invitation)}" in page
        client.post(reverse("account_signup"), FORM | {"email": invitation.email, "next": page_of(invitation)})
        response = enter_code(client, code_from(sent_mails()[-1]))
        assert response["Location"] == page_of(invitation)
        client.post(accept_url(invitation))
        assert Membership.objects.filter(user__email=invitation.email, applicant=applicant).exists()

    def test_it_works_once(self, applicant, owner, invitation, signed_in):
        person = UserFactory(email=invitation.email)
        accept_invitation(invitation, act=act(person))
        remove_member(Membership.objects.get(user=person), act=act(owner))
        with pytest.raises(RefusedError, match="只能使用一次"):
            accept_invitation(invitation, act=act(person))
        response = signed_in(person).post(accept_url(invitation), follow=True)
        assert "只能使用一次" in response.content.decode()
        assert not Membership.objects.filter(user=person).exists()

    def test_it_ends_after_seven_days(self, invitation, signed_in):
        person = UserFactory(email=invitation.email)
        Invitation.objects.update(expires_at=timezone.now())
        browser = signed_in(person)
        assert "超过 7 天有效期" in browser.get(page_of(invitation)).content.decode()
        browser.post(accept_url(invitation))
        assert not Membership.objects.filter(user=person).exists()

    def test_it_ends_when_taken_back(self, owner, invitation, signed_in):
        signed_in(owner).post(reverse("accounts:invitation_cancel", args=[invitation.public_id]))
        person = UserFactory(email=invitation.email)
        signed_in(person).post(accept_url(invitation))
        assert not Membership.objects.filter(user=person).exists()
        assert AuditRecord.objects.get(action="accounts.invitation_cancelled").actor == owner

    def test_it_is_for_the_person_it_was_sent_to(self, invitation, signed_in):
        other = UserFactory()
        browser = signed_in(other)
        assert "发给了另一个邮箱" in browser.get(page_of(invitation)).content.decode()
        browser.post(accept_url(invitation))
        assert not Membership.objects.filter(user=other).exists()

    def test_officials_never_become_members(self, invitation, signed_in, no_second_factor):
        officer = make_official(Role.ACCEPTANCE, binhu(), email=invitation.email)
        browser = signed_in(officer)
        assert "您是公职人员账号" in browser.get(page_of(invitation)).content.decode()
        assert browser.post(accept_url(invitation)).status_code == 403
        with pytest.raises(RefusedError, match="公职账号"):
            accept_invitation(invitation, act=act(officer))
        assert not Membership.objects.filter(user=officer).exists()

    def test_a_made_up_link_opens_nothing(self, invitation, signed_in):
        url = reverse("accounts:invitation", args=["f" * 64])
        assert signed_in(UserFactory()).get(url).status_code == 404
        stored = reverse("accounts:invitation", args=[invitation.token_hash])
        assert signed_in(UserFactory()).get(stored).status_code == 404

    def test_another_owner_cannot_take_it_back(self, invitation, signed_in):
        url = reverse("accounts:invitation_cancel", args=[invitation.public_id])
        assert signed_in(make_member()).post(url).status_code == 404
        invitation.refresh_from_db()
        assert invitation.cancelled_at is None


class TestLeaving:
    def test_the_owner_removes_a_member_who_is_told(self, applicant, owner, signed_in):
        member = make_member(applicant)
        membership = Membership.objects.get(user=member)
        signed_in(owner).post(reverse("accounts:member_remove", args=[membership.pk]))
        assert not Membership.objects.filter(user=member).exists()
        assert AuditRecord.objects.get(action="accounts.member_removed").before["user"] == member.pk
        assert member.portal_messages.filter(title="您已不再是申报单位成员").exists()
        detail = reverse("accounts:organisation_detail", args=[applicant.pk])
        assert signed_in(member).get(detail)["Location"] == reverse("accounts:organisation_new")

    def test_a_member_leaves(self, applicant, owner, signed_in):
        member = make_member(applicant)
        membership = Membership.objects.get(user=member)
        signed_in(member).post(reverse("accounts:member_remove", args=[membership.pk]))
        assert not Membership.objects.filter(user=member).exists()
        assert AuditRecord.objects.filter(action="accounts.member_left", actor=member).exists()

    def test_the_owner_neither_leaves_nor_is_removed(self, applicant, owner, signed_in):
        member = make_member(applicant)
        membership = Membership.objects.get(user=owner)
        url = reverse("accounts:member_remove", args=[membership.pk])
        page = signed_in(owner).post(url, follow=True).content.decode()
        assert "请先把负责人移交给另一位成员" in page
        assert signed_in(member).post(url).status_code == 403
        assert Membership.objects.filter(user=owner, is_owner=True).exists()

    def test_members_do_not_remove_each_other_and_strangers_nobody(self, applicant, owner, signed_in):
        one, two = make_member(applicant), make_member(applicant)
        url = reverse("accounts:member_remove", args=[Membership.objects.get(user=two).pk])
        assert signed_in(one).post(url).status_code == 403
        assert signed_in(make_member()).post(url).status_code == 404
        assert Membership.objects.filter(user=two).exists()


class TestHandingOver:
    def test_the_heir_becomes_the_only_owner(self, applicant, owner, signed_in):
        heir = make_member(applicant)
        url = reverse("accounts:member_make_owner", args=[Membership.objects.get(user=heir).pk])
        signed_in(owner).post(url)
        assert [m.user for m in Membership.objects.filter(applicant=applicant, is_owner=True)] == [heir]
        assert Membership.objects.filter(user=owner, is_owner=False).exists()
        record = AuditRecord.objects.get(action="accounts.ownership_handed_over")
        assert (record.before, record.after) == ({"owner": owner.pk}, {"owner": heir.pk})

    def test_nobody_takes_it(self, applicant, owner, signed_in):
        member = make_member(applicant)
        membership = Membership.objects.get(user=member)
        url = reverse("accounts:member_make_owner", args=[membership.pk])
        assert signed_in(member).post(url).status_code == 403
        with pytest.raises(PermissionDenied):
            hand_over_ownership(membership, act=act(member))
        assert Membership.objects.get(applicant=applicant, is_owner=True).user == owner

    def test_the_database_allows_no_second_owner(self, applicant, owner):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(user=UserFactory(), applicant=applicant, is_owner=True)


@pytest.mark.parametrize("count", [1, 3])
def test_the_members_page_takes_as_many_queries_for_three_as_for_one(
    applicant, owner, signed_in, count, django_assert_num_queries
):
    for number in range(count):
        make_member(applicant)
        invite_member(applicant, email=f"p{number}@example.org", act=act(owner))
    browser = signed_in(owner)
    url = reverse("accounts:members", args=[applicant.pk])
    browser.get(url)
    with django_assert_num_queries(7):
        browser.get(url)
