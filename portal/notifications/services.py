"""Tell people something: on the site at once, by e-mail after commit. And note what they have read."""

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction

from portal.accounts.models import User
from portal.core.actor import ActorContext
from portal.jobs.services import enqueue_job
from portal.notifications.models import Message, OutboxEmail

SITE_NAME = "知识产权专项资金申报平台"
_TITLE_LIMIT = 120


def notify_users(users: Iterable[User], *, key: str, title: str, body: str, url: str = "") -> list[Message]:
    """Write one message and one outgoing mail per person, in the caller's transaction.

    `url` is a path of this site. The same key to the same person again writes nothing, nor does anything to a person
    who may no longer sign in; returns what was new.
    """
    heading = _one_line(title)
    fresh = []
    with transaction.atomic():
        for user in users:
            if not user.is_active:
                continue
            message, created = Message.objects.get_or_create(
                user=user, key=key, defaults={"title": heading, "body": body, "url": url}
            )
            if not created:
                continue
            fresh.append(message)
            send_later(user.email, subject=heading, body=compose_text(user.name, body=body, url=url), message=message)
    return fresh


def send_later(
    to: str, *, subject: str, body: str, message: Message | None = None, is_secret: bool = False
) -> OutboxEmail:
    """Put a mail into the outbox, in the caller's transaction; it goes out after commit, and again until it has."""
    with transaction.atomic():
        mail = OutboxEmail.objects.create(
            message=message, to=to, subject=_one_line(subject), body=body, is_secret=is_secret
        )
        enqueue_job("notifications.send_email", key=str(mail.pk), payload={"email_id": mail.pk})
    return mail


def notify_applicant(applicant_id: int, *, key: str, title: str, body: str, url: str = "") -> list[Message]:
    """Notify everybody who acts for an applicant; see `notify_users`."""
    members = User.objects.filter(memberships__applicant_id=applicant_id, is_active=True).order_by("pk")
    return notify_users(members, key=key, title=title, body=body, url=url)


def _one_line(title: str) -> str:
    """A title that fits its column, and a mail's subject, which is one line."""
    line = " ".join(title.split())
    return line if len(line) <= _TITLE_LIMIT else f"{line[: _TITLE_LIMIT - 1]}…"


def compose_text(name: str, *, body: str, url: str = "") -> str:
    """A mail's text: greeting, what is to be said, where to look, and who writes."""
    parts = [f"{name}，您好：", body.strip()]
    if url:
        parts.append(f"请登录后查看：\n{settings.PUBLIC_URL}{url}")
    parts.append(f"{SITE_NAME}\n{settings.PUBLIC_URL}\n本邮件由系统自动发出，请勿直接回复。")
    return "\n\n".join(parts) + "\n"


def mark_read(message: Message, *, act: ActorContext) -> None:
    """Note when a message was first read."""
    Message.objects.filter(pk=message.pk, read_at=None).update(read_at=act.at)


def mark_all_read(*, act: ActorContext, newest: int) -> int:
    """Mark a person's messages read, up to the newest that was shown; what came since stays unread."""
    if act.user is None:
        raise ValueError("only a person reads messages")
    return Message.objects.visible_to(act.user).filter(read_at=None, pk__lte=newest).update(read_at=act.at)
