"""Tokens with which a person's programs read the interface as that person."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from portal.accounts.models import User


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens, narrowed to who asks."""

    def visible_to(self, user: User) -> ApiTokenQuerySet:
        return self.filter(user=user)


class ApiToken(models.Model):
    """A machine's way in. Only the SHA-256 of the token is kept; a revoked one stays on record."""

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="api_tokens")
    label = models.CharField("用途", max_length=60)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField("创建时间", default=timezone.now)
    last_used_on = models.DateField("最近使用", null=True, blank=True)
    expires_at = models.DateTimeField("有效期至")
    # Changes with the owner's password and appointments (`selectors.fingerprint_of`): the token ends with them.
    fingerprint = models.CharField(max_length=64)
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        verbose_name = verbose_name_plural = "接口令牌"

    def __str__(self) -> str:
        return self.label
