"""The job that sends one mail of the outbox."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from portal.notifications.models import OutboxEmail


def send_email(email_id: int) -> None:
    """Send a mail that has not gone out yet.

    The stable Message-ID lets the recipient's server drop the copy of a mail whose worker died between sending
    and noting it: at least once is the most that SMTP allows. Auto-Submitted keeps absence notices from answering.
    """
    mail = OutboxEmail.objects.get(pk=email_id)
    if mail.sent_at:
        return
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    EmailMessage(
        subject=mail.subject,
        body=mail.body,
        to=[mail.to],
        headers={
            "Message-ID": f"<outbox.{mail.pk}.{mail.created_at:%Y%m%d%H%M%S%f}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    ).send()
    erased = {"body": ""} if mail.is_secret else {}
    OutboxEmail.objects.filter(pk=email_id, sent_at=None).update(sent_at=timezone.now(), **erased)
