"""The job that mails an invitation, and the one that ends offices whose last day is past."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Appointment, Invitation
from portal.accounts.services.members import invitation_token
from portal.accounts.services.officials import end_over
from portal.core import clock
from portal.core.actor import ActorContext


def end_offices() -> None:
    """Every night: end the appointments whose last day is past."""
    end_over(Appointment.objects.all(), act=ActorContext(user=None, at=clock.now()))


def send_invitation(invitation_id: int) -> None:
    """Mail an invitation's link, unless it went out or can no longer be accepted."""
    invitation = Invitation.objects.select_related("applicant", "invited_by").get(pk=invitation_id)
    now = timezone.now()
    if invitation.sent_at or invitation.accepted_at or invitation.cancelled_at or invitation.expires_at <= now:
        return
    path = reverse("accounts:invitation", kwargs={"token": invitation_token(invitation)})
    body = render_to_string(
        "accounts/email/invitation.txt", {"invitation": invitation, "link": f"{settings.PUBLIC_URL}{path}"}
    )
    EmailMessage(
        # On one line, whatever people typed: a mail's heading holds no line break.
        subject=" ".join(f"{invitation.invited_by.name}邀请您加入{invitation.applicant.name}".split()),
        body=body,
        to=[invitation.email],
        headers={"Message-ID": f"<invitation-{invitation.public_id}@portal>"},
    ).send()
    Invitation.objects.filter(pk=invitation_id, sent_at=None).update(sent_at=now)
