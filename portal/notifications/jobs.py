"""The job that sends one message of the outbox."""

from django.db.models import F

from portal.core import clock
from portal.jobs.progress import LaterError
from portal.notifications.enums import Channel, OutboxAction, Urgency
from portal.notifications.kinds import MESSAGE_KINDS
from portal.notifications.models import Choices, Outgoing
from portal.notifications.providers import DeliveryError, Parcel, provider_for
from portal.notifications.quiet import quiet_until
from portal.notifications.workflow import OUTBOX


def send_outgoing(email_id: int) -> None:
    """Send what has not gone out yet. Nothing where it is sent, given up, or gone with its account.

    Raises LaterError within the person's quiet hours, and whatever keeps the provider from taking it, which is noted.
    """
    row = Outgoing.objects.select_related("message__user__message_choices").filter(pk=email_id).first()
    if row is None or not row.can_give_up:
        return
    now = clock.now()
    choices = choices_of(row)
    if not row.is_secret and not _presses(row) and (end := quiet_until(now, **choices.quiet_hours())):
        raise LaterError(end)
    mine = Outgoing.objects.filter(pk=email_id)
    # Counted before it is sent: an attempt that was killed is one.
    mine.update(attempts=F("attempts") + 1)
    try:
        provider_for(row.channel).send(_parcel(row, choices))
    except Exception as error:
        OUTBOX.move_all(mine, OutboxAction.FAIL, error=f"{type(error).__name__}: {error}"[:300])
        raise
    erased = {"body": ""} if row.is_secret else {}
    OUTBOX.move_all(mine, OutboxAction.SEND, sent_at=clock.now(), error="", **erased)


def choices_of(row: Outgoing) -> Choices:
    """What the recipient chose; the defaults where they chose nothing, or the row is for an address alone."""
    found = getattr(row.message.user, "message_choices", None) if row.message else None
    return found or Choices()


def _presses(row: Outgoing) -> bool:
    return row.kind not in MESSAGE_KINDS or MESSAGE_KINDS[row.kind].urgency == Urgency.AT_ONCE


def _parcel(row: Outgoing, choices: Choices) -> Parcel:
    to = row.to
    if row.message and row.channel == Channel.SMS:
        to = row.message.user.phone
    elif row.channel == Channel.CHAT:
        to = choices.chat_account
    if not to:
        raise DeliveryError(f"收件人没有登记{Channel(row.channel).label}的号码或账号。")
    return Parcel(
        reference=f"outbox.{row.pk}.{row.created_at:%Y%m%d%H%M%S%f}",
        channel=Channel(row.channel),
        to=to,
        subject=row.subject,
        body=row.body,
        created_at=row.created_at,
        is_repeated=row.attempts > 0,
    )
