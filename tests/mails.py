"""The mails that went out, after the outbox was emptied as a worker would."""

from django.core import mail
from django.core.mail import EmailMessage

from portal.notifications.jobs import send_outgoing
from portal.notifications.models import Outgoing


def sent_mails() -> list[EmailMessage]:
    """Send what waits in the outbox; returns every mail that has gone out in this test, the oldest first."""
    for pk in Outgoing.objects.filter(sent_at=None, channel="email").order_by("pk").values_list("pk", flat=True):
        send_outgoing(pk)
    return mail.outbox
