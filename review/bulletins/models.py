"""Messages of an office to the applicants of a call: written by one person, released by another, sent by a job."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.choices import StateField
from portal.core.regions import in_trees
from review.bulletins.enums import BulletinState, Recipients

# Who writes and releases them: the city's and the districts' people who work on claims.
WRITERS = (Role.POLICY_ADMIN, Role.CITY_OFFICER, Role.ACCEPTANCE)


class BulletinQuerySet(models.QuerySet["Bulletin"]):
    """Bulletins, narrowed to who asks."""

    def visible_to(self, user: User) -> Self:
        """Those of the regions, with those below them, in which the person writes some."""
        return self.filter(in_trees("region__code", user.regions_for(*WRITERS)))


class Bulletin(models.Model):
    """One text to the applicants of a call in a region; what it says and to whom never changes."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey("calls.Call", models.PROTECT, related_name="+", verbose_name="申报通知")
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="地区")
    recipients = models.CharField("发给", max_length=20, choices=Recipients.choices)
    title = models.CharField("标题", max_length=60)
    text = models.TextField("内容")
    state = StateField("状态", max_length=10, choices=BulletinState, default=BulletinState.PROPOSED)
    written_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="拟稿人")
    written_at = models.DateTimeField("拟稿时间")
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="发布人")
    decided_at = models.DateTimeField("发布时间", null=True)
    reason = models.CharField("未采纳的理由", max_length=200, blank=True)
    # The last person told, by id: where the job goes on.
    reached = models.BigIntegerField("已发至", default=0)
    sent_count = models.PositiveIntegerField("已发送人数", default=0)

    objects = BulletinQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "群发消息"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="bulletin_decided_by_another",
                condition=Q(state=BulletinState.PROPOSED, decided_by=None, decided_at=None)
                | (~Q(state=BulletinState.PROPOSED) & Q(decided_at__isnull=False) & ~Q(decided_by=F("written_by"))),
            ),
        ]

    def __str__(self) -> str:
        return self.title
