"""Close an account: take away what no law asks to keep."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q

from portal.accounts.models import Applicant, Invitation, Membership, OverrideRequest, User
from portal.audit.services import record_audit
from portal.core.actor import ActorContext
from portal.core.errors import RefusedError
from portal.notifications.kinds import MESSAGE_KINDS
from portal.notifications.models import Choices, Message, Outgoing
from portal.notifications.services import compose_text, send_later
from portal.privacy.extension import CLOSINGS
from portal.privacy.models import DataCopy
from portal.privacy.selectors import is_alone, is_kept, obstacles_to_closing

_CLOSED = "已注销用户"
# Of an applicant: what no archive needs, as what was submitted and paid is frozen with the claim.
_OF_PERSONS = ("address", "contact_name", "contact_phone", "account_name", "bank_name", "cnaps_code", "account_number")


def close_account(user: User, *, act: ActorContext) -> None:
    """Close a person's account for good; their address is free for a new one.

    What they did remains in the archives and in the audit record. Raises RefusedError, which names all that is open.
    """
    with transaction.atomic():
        # In the order of whoever registers or joins: applicants first, then the person.
        owned = [membership.applicant_id for membership in user.memberships.all()]
        list(Applicant.objects.select_for_update(of=("self",)).filter(pk__in=owned).order_by("pk"))
        person = User.objects.select_for_update().get(pk=user.pk)
        if not person.is_active:
            raise RefusedError("该账号已注销。")
        if obstacles := obstacles_to_closing(person):
            raise RefusedError("".join(obstacles))
        name, address = person.name, person.email
        for membership in person.memberships.select_related("applicant"):
            _leave(membership, act=act)
        _erase(person)
        said = MESSAGE_KINDS["privacy.account_closed"]
        send_later(address, subject=said.subject, body=compose_text(name, body=said.body), kind=said.code)
        record_audit(act, action="privacy.account_closed", target=person)


def _leave(membership: Membership, *, act: ActorContext) -> None:
    """End a membership; of an applicant that nobody acts for then, only what must be kept remains."""
    applicant, is_last = membership.applicant, is_alone(membership)
    membership.delete()
    if not is_last:
        return
    for closing in CLOSINGS.values():
        closing.release(applicant, act)
    changed = dict.fromkeys(_OF_PERSONS, "")
    if not is_kept(applicant):
        # Its number is free for who registers anew.
        number = {"resident_id": f"closed-{applicant.pk}"} if applicant.is_individual else {"uscc": f"-{applicant.pk}"}
        changed |= {"name": "已注销主体", "legal_representative": "", **number}
    for name, value in changed.items():
        setattr(applicant, name, value)
    applicant.save()


def _erase(person: User) -> None:
    keys = UserSession.objects.filter(user=person).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()
    Outgoing.objects.filter(Q(message__user=person) | Q(to__iexact=person.email)).delete()
    for rows in (
        EmailAddress.objects.filter(user=person),
        Authenticator.objects.filter(user=person),
        SocialAccount.objects.filter(user=person),
        UserSession.objects.filter(user=person),
        Message.objects.filter(user=person),
        Choices.objects.filter(user=person),
        DataCopy.objects.filter(user=person),
        Invitation.objects.filter(email__iexact=person.email, accepted_at=None),
        OverrideRequest.objects.filter(requested_by=person, applicant=None),
        person.api_tokens.all(),
        person.unsent_forms.all(),
    ):
        rows.delete()
    person.name, person.email, person.phone = _CLOSED, f"closed-{person.pk}@closed.invalid", ""
    person.is_active = False
    # Officials stay known as the person they were: their decisions are compared with others'.
    if not person.appointments.exists():
        person.identity_digest = ""
    person.set_unusable_password()
    person.save()
