"""Invite members, take them in, let them go, and hand over ownership. An applicant always has one owner."""

import hashlib
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from portal.accounts.models import Applicant, Invitation, Membership, User
from portal.accounts.services.applicants import lock_owned_applicant, lock_private_person
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.jobs.services import enqueue_job
from portal.notifications.services import notify_users
from portal.ownership.selectors import refuse_disputed

INVITATION_LIFETIME = timedelta(days=7)
OPEN_INVITATIONS_AT_MOST = 20


def invitation_token(invitation: Invitation) -> str:
    """The secret of an invitation's link. Computed with the site's key, so that no table and no job holds it."""
    return salted_hmac("portal.accounts.invitation", str(invitation.public_id), algorithm="sha256").hexdigest()


def hash_token(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def invite_member(applicant: Applicant, *, email: str, act: ActorContext) -> Invitation:
    """Invite an address to join for seven days, by a mail that goes out after commit.

    A new invitation replaces an older one to the same address. Raises PermissionDenied for anybody but the owner,
    RefusedError for an individual, a member, or too many open invitations.
    """
    address = email.strip().lower()
    with transaction.atomic():
        locked = lock_owned_applicant(applicant, act=act)
        refuse_disputed(locked.pk)
        if locked.is_individual:
            raise RefusedError("个人申报人只能由本人使用，不能邀请他人。")
        if locked.memberships.filter(user__email__iexact=address).exists():
            raise RefusedError("此人已是成员，无需邀请。", field="email")
        Invitation.objects.filter(applicant=locked, email=address, accepted_at=None, cancelled_at=None).update(
            cancelled_at=act.at
        )
        if locked.invitations.open_at(act.at).count() >= OPEN_INVITATIONS_AT_MOST:
            raise RefusedError("未接受的邀请已有 20 份，请先撤回不再需要的邀请。", field="email")
        invitation = Invitation(
            applicant=locked,
            email=address,
            invited_by=act.user,
            created_at=act.at,
            expires_at=act.at + INVITATION_LIFETIME,
        )
        invitation.token_hash = hash_token(invitation_token(invitation))
        invitation.save()
        enqueue_job(
            "accounts.send_invitation",
            key=str(invitation.pk),
            payload={"invitation_id": invitation.pk},
            region_code=applicant.region_id,
        )
        record_audit(
            act,
            action="accounts.member_invited",
            target=invitation,
            region_code=locked.region_id,
            after={"email": address, "expires_at": invitation.expires_at},
        )
    return invitation


def cancel_invitation(invitation: Invitation, *, act: ActorContext) -> None:
    """Take an invitation back before it is accepted; only the owner may. Twice is once."""
    with transaction.atomic():
        applicant = lock_owned_applicant(invitation.applicant, act=act)
        cancelled = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, cancelled_at=None).update(
            cancelled_at=act.at
        )
        if cancelled:
            record_audit(
                act,
                action="accounts.invitation_cancelled",
                target=invitation,
                region_code=applicant.region_id,
                before={"email": invitation.email},
            )


def find_invitation(token: str) -> Invitation | None:
    """The invitation that a link's token opens, in whatever state; None for a token that was never given out."""
    wanted = hash_token(token)
    invitation = Invitation.objects.select_related("applicant", "invited_by").filter(token_hash=wanted).first()
    return invitation if invitation and constant_time_compare(invitation.token_hash, wanted) else None


def invitation_problem(invitation: Invitation, *, user: User | None) -> str | None:
    """Why an invitation cannot be accepted, by anybody or by this person; None where it can. Words for people."""
    if invitation.accepted_at:
        return "该邀请已被接受，每份邀请只能使用一次。如需再次加入，请负责人重新邀请。"
    if invitation.cancelled_at:
        return "该邀请已被撤回或已由新的邀请代替。请查收最新的邀请邮件，或联系负责人。"
    if invitation.expires_at <= timezone.now():
        return "该邀请已超过 7 天有效期。请联系负责人重新邀请。"
    return None if user is None else _person_problem(invitation, user)


def _person_problem(invitation: Invitation, user: User) -> str | None:
    if user.is_official:
        return "您是公职人员账号，不能加入申报单位。请使用个人邮箱另行注册账号，并请负责人邀请该邮箱。"
    if user.email.lower() != invitation.email.lower():
        return "该邀请发给了另一个邮箱。请退出后用收到邀请的邮箱登录，或请负责人邀请您现在的邮箱。"
    return None


def accept_invitation(invitation: Invitation, *, act: ActorContext) -> Membership:
    """Join by an invitation, once, as the person it was sent to. Raises RefusedError with the reason otherwise."""
    with transaction.atomic():
        applicant = Applicant.objects.select_for_update(of=("self",)).get(pk=invitation.applicant_id)
        refuse_disputed(applicant.pk)
        person = lock_private_person(act.user)
        locked = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if problem := invitation_problem(locked, user=person):
            raise RefusedError(problem)
        membership, _ = Membership.objects.get_or_create(
            user=person, applicant=applicant, defaults={"created_at": act.at}
        )
        locked.accepted_at = act.at
        locked.accepted_by = person
        locked.save(update_fields=["accepted_at", "accepted_by"])
        notify_users(
            [locked.invited_by],
            "accounts.member_joined",
            key=f"invitation:{locked.pk}:accepted",
            region_code=applicant.region_id,
            person=person.name,
            applicant=applicant.name,
        )
        record_audit(
            act,
            action="accounts.member_joined",
            target=membership,
            region_code=applicant.region_id,
            after={"user": person.pk, "email": person.email},
        )
    return membership


def remove_member(membership: Membership, *, act: ActorContext) -> None:
    """End a membership: the owner ends another's, anybody their own. The owner stays until handing over.

    What the member did remains under their name. Raises PermissionDenied, or RefusedError for the owner.
    """
    with transaction.atomic():
        applicant = Applicant.objects.select_for_update(of=("self",)).get(pk=membership.applicant_id)
        refuse_disputed(applicant.pk)
        locked = Membership.objects.select_related("user").filter(pk=membership.pk).first()
        if locked is None:
            raise RefusedError("此人已不是成员。")
        leaves = act.user is not None and locked.user_id == act.user.pk
        if not leaves:
            lock_owned_applicant(applicant, act=act)
        if locked.is_owner:
            raise RefusedError("负责人不能退出或被移除。请先把负责人移交给另一位成员。")
        person = locked.user
        record_audit(
            act,
            action="accounts.member_left" if leaves else "accounts.member_removed",
            target=locked,
            region_code=applicant.region_id,
            before={"user": person.pk, "email": person.email},
        )
        locked.delete()
        if not leaves:
            notify_users(
                [person],
                "accounts.member_removed",
                key=f"membership:{membership.pk}:removed",
                region_code=applicant.region_id,
                applicant=applicant.name,
            )


def hand_over_ownership(membership: Membership, *, act: ActorContext) -> None:
    """Make another member the owner; the owner becomes a member. Only the owner may."""
    with transaction.atomic():
        applicant = lock_owned_applicant(membership.applicant, act=act)
        refuse_disputed(applicant.pk)
        heir = Membership.objects.select_related("user").filter(pk=membership.pk, applicant=applicant).first()
        if heir is None:
            raise RefusedError("此人已不是成员，不能接任负责人。")
        if heir.is_owner:
            raise RefusedError("此人已是负责人。")
        if act.user is None:
            raise PermissionDenied
        # In this order: the database allows one owner at a time.
        Membership.objects.filter(applicant=applicant, user=act.user).update(is_owner=False)
        Membership.objects.filter(pk=heir.pk).update(is_owner=True)
        notify_users(
            [heir.user],
            "accounts.owner_made",
            key=f"membership:{heir.pk}:owner:{act.at.isoformat()}",
            region_code=applicant.region_id,
            by=act.user.name,
            applicant=applicant.name,
        )
        record_audit(
            act,
            action="accounts.ownership_handed_over",
            target=applicant,
            region_code=applicant.region_id,
            before={"owner": act.user.pk},
            after={"owner": heir.user_id},
        )
