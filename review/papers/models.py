"""Archives of all of somebody's papers, made by a job and kept for some days."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone

from portal.accounts.models import Applicant, User
from portal.core.files import kept_name

# For so many days an archive is kept.
KEPT_DAYS = 7


class ArchiveQuerySet(models.QuerySet["Archive"]):
    """Archives, narrowed to who asks."""

    def visible_to(self, user: User) -> Self:
        """One's own only."""
        return self.filter(user=user)


class Archive(models.Model):
    """A ZIP of the papers of all claims that a person might read when they asked; `claims` are the keys of those in it.

    With an applicant, of its claims alone.
    """

    FOLDER = "archives"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    applicant = models.ForeignKey(Applicant, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField("申请时间", default=timezone.now)
    ready_at = models.DateTimeField("生成时间", null=True, blank=True)
    claims = models.JSONField("申报", default=list)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField("大小（字节）", default=0)

    objects = ArchiveQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "文件打包"

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d} 打包的文件"

    @property
    def path(self) -> str:
        """The name of the bytes in private storage."""
        return kept_name(self.FOLDER, self.sha256)
