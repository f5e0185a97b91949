"""Secret addresses under which a person's own calendar reads the days that concern them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import User


class FeedQuerySet(models.QuerySet["Feed"]):
    """Feeds, narrowed to who asks."""

    def visible_to(self, user: User) -> FeedQuerySet:
        return self.filter(user=user)


class Feed(models.Model):
    """An address that a person subscribed under. Only the SHA-256 of its secret is kept; a revoked one stays."""

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="calendar_feeds")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField("建立时间", default=timezone.now)
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "日历订阅"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user"], condition=Q(revoked_at=None), name="one_calendar_feed_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.made_at:%Y-%m-%d}"
