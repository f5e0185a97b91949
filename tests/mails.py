"""The mails that went out, after the outbox was emptied as a worker would."""

from django.core import mail
from django.core.mail import EmailMessage

from portal.notifications.jobs import send_email
from portal.notifications.models import OutboxEmail


def sent_mails() -> list[EmailMessage]:
    """Send what waits in the outbox; returns every mail that has gone out in this test, the oldest first."""
    for pk in OutboxEmail.objects.filter(sent_at=None).order_by("pk").values_list("pk", flat=True):
        send_email(pk)
    return mail.outbox
