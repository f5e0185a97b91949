"""What people agreed to, copies of their data, and what was removed when its time was over."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone

from portal.accounts.models import User
from portal.core.encrypted_fields import EncryptedJSONField

# How long a copy of somebody's data can be fetched.
COPY_KEPT_FOR = timedelta(days=3)


class Consent(models.Model):
    """A person agreed to a version of the notice on personal data. Append-only (trigger)."""

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="consents", verbose_name="人员")
    version = models.CharField("版本", max_length=20)
    sha256 = models.CharField("正文哈希", max_length=64)
    at = models.DateTimeField("同意时间", default=timezone.now)
    address = models.CharField("来源地址", max_length=45, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "个人信息处理同意"
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "version"], name="one_consent_a_version")]

    def __str__(self) -> str:
        return f"个人信息保护说明 {self.version}"


class DataCopyQuerySet(models.QuerySet["DataCopy"]):
    """Copies of personal data, narrowed to who asks."""

    def visible_to(self, user: User) -> DataCopyQuerySet:
        """One's own only."""
        return self.filter(user=user)


class DataCopy(models.Model):
    """A copy of a person's own data that they asked for; a job fills it, and it is deleted when it is over."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="data_copies", verbose_name="人员")
    asked_at = models.DateTimeField("申请时间", default=timezone.now)
    ready_at = models.DateTimeField("生成时间", null=True, blank=True)
    content = EncryptedJSONField("内容", default=dict)
    files = models.JSONField("文件", default=list, help_text="存储名、SHA-256、压缩包内的名称")

    objects = DataCopyQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "个人信息副本"

    def __str__(self) -> str:
        return f"个人信息副本 {timezone.localtime(self.asked_at):%Y-%m-%d %H:%M}"

    @property
    def expires_at(self) -> datetime:
        """Until when it can be fetched."""
        return (self.ready_at or self.asked_at) + COPY_KEPT_FOR

    @property
    def is_over(self) -> bool:
        return self.expires_at <= timezone.now()


class Removal(models.Model):
    """How many rows of a kind were removed at once, as their time of keeping was over. Append-only (trigger)."""

    kind = models.CharField("种类", max_length=40)
    count = models.PositiveIntegerField("数量")
    before = models.DateTimeField("早于")
    at = models.DateTimeField("清除时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "到期清除"
        indexes: ClassVar = [models.Index(fields=["kind", "-at"], name="removals_by_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.count}"
