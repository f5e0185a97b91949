"""What somebody filled in and could not send, because the session was over by then."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from portal.core.encrypted_fields import EncryptedJSONField


class UnsentForm(models.Model):
    """A form that came too late: whose it is, where it was to go, and its fields, encrypted."""

    key = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="unsent_forms", verbose_name="填写人"
    )
    address = models.CharField("提交地址", max_length=500)
    page = models.CharField("所在页面", max_length=500)
    content = EncryptedJSONField("内容", default=list)
    kept_at = models.DateTimeField("保留时间")

    class Meta:
        ordering: ClassVar = ["-kept_at"]
        verbose_name = verbose_name_plural = "未提交的内容"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "address"], name="unsent_once_per_address"),
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.kept_at:%Y-%m-%d %H:%M}"
