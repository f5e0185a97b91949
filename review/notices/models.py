"""Printed notices: numbered without gap, rendered once from a frozen snapshot, kept under their hash."""

from __future__ import annotations

import json
import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from applications.claims.models import visible_claims
from portal.accounts.models import User
from portal.core.printable import unprintable


class NoticeKind(models.TextChoices):
    GRANT = "grant", "资助决定通知书"
    REFUSAL = "refusal", "不予支持通知书"
    RECOGNITION = "recognise", "认定通知书"


def new_code() -> str:
    """A verification code nobody can guess: 20 characters without those that look alike."""
    return "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(20))


class NoticeCounter(models.Model):
    """The last number taken in one issuing region, series and year; locked while the next is taken."""

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=NoticeKind.choices)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "kind", "year"], name="one_counter_per_series"),
        ]


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices, narrowed to who asks."""

    def visible_to(self, user: User) -> NoticeQuerySet:
        return self.filter(visible_claims(user, "claim__"))


class Notice(models.Model):
    """One notice on one claim. Number and snapshot are set at birth, the file's hash once; then nothing changes."""

    claim = models.ForeignKey("applications.Claim", models.PROTECT, related_name="notices")
    kind = models.CharField("种类", max_length=10, choices=NoticeKind.choices)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="发文地区")
    year = models.PositiveIntegerField("年份")
    sequence = models.PositiveIntegerField("序号")
    number = models.CharField("文号", max_length=60, unique=True)
    code = models.CharField("核验码", max_length=20, unique=True, default=new_code)
    snapshot = models.JSONField("内容快照")
    issued_on = models.DateField("日期")
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    sha256 = models.CharField("文件哈希", max_length=64, blank=True)
    size = models.PositiveIntegerField("大小（字节）", default=0)
    created_at = models.DateTimeField(default=timezone.now)
    rendered_at = models.DateTimeField("制作时间", null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "通知书"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["claim", "kind"], name="one_notice_per_claim_and_kind"),
            models.UniqueConstraint(fields=["region", "kind", "year", "sequence"], name="one_number_per_series"),
            models.CheckConstraint(
                name="rendered_notice_has_hash_and_size",
                condition=Q(rendered_at=None, sha256="", size=0)
                | (~Q(sha256="") & Q(rendered_at__isnull=False, size__gt=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def stand_ins(self) -> list[str]:
        """The characters of its texts that no font draws: printed as a stand-in, to be written in by hand."""
        return unprintable(json.dumps(self.snapshot, ensure_ascii=False))

    @property
    def path(self) -> str:
        """The file's name in private storage."""
        return f"notices/{self.year}/{self.code}.pdf"
