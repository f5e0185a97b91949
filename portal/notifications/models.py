"""What the portal tells people: messages on the site, and mails in an outbox."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from portal.accounts.models import User
from portal.core.encrypted_fields import EncryptedField


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages, narrowed to who asks."""

    def visible_to(self, user: User) -> MessageQuerySet:
        """One's own only."""
        return self.filter(user=user)


class Message(models.Model):
    """One message to one person; `key` makes telling the same thing twice one message."""

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="portal_messages")
    key = models.CharField(max_length=120)
    title = models.CharField("标题", max_length=120)
    body = models.TextField("内容")
    url = models.CharField("链接", max_length=200, blank=True)
    created_at = models.DateTimeField("时间", default=timezone.now)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        verbose_name = verbose_name_plural = "消息"
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="one_message_per_key")]
        indexes: ClassVar = [models.Index(fields=["user", "-created_at", "-id"], name="messages_by_user")]

    def __str__(self) -> str:
        return self.title


class OutboxEmail(models.Model):
    """A mail as it will go out, written in the transaction that caused it and sent by a job after commit.

    `message` is None for a mail that has no message on the site. The text of a secret one, which carries a code or a
    link that lets somebody in, is erased when it has gone out.
    """

    message = models.OneToOneField(Message, models.PROTECT, related_name="email", null=True)
    to = models.EmailField("收件人")
    subject = models.CharField("主题", max_length=120)
    body = EncryptedField("正文", blank=True)
    is_secret = models.BooleanField("发出后清除正文", default=False)
    created_at = models.DateTimeField("登记时间", default=timezone.now)
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)
