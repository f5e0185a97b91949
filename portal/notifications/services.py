"""Tell people something: on the site at once, by e-mail after commit."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction

from portal.accounts.models import User
from portal.jobs.services import enqueue_job
from portal.notifications.models import Message, OutboxEmail


def notify_users(users: Iterable[User], *, key: str, title: str, body: str, url: str = "") -> list[Message]:
    """Write one message and one outgoing mail per person, in the caller's transaction.

    `url` is a path of this site. The same key to the same person again writes nothing; returns what was new.
    """
    fresh = []
    with transaction.atomic():
        for user in users:
            message, created = Message.objects.get_or_create(
                user=user, key=key, defaults={"title": title, "body": body, "url": url}
            )
            if not created:
                continue
            fresh.append(message)
            link = f"\n\n查看：{settings.PUBLIC_URL}{url}" if url else ""
            mail = OutboxEmail.objects.create(
                message=message, to=user.email, subject=title, body=f"{user.name}，您好：\n\n{body}{link}\n"
            )
            enqueue_job("notifications.send_email", key=str(mail.pk), payload={"email_id": mail.pk})
    return fresh
