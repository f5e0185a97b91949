"""The ledger of limits: every cap, quota and count is a bucket, every use of it an appended entry.

A bucket's row is locked while an entry is appended, so two officers approving at once can never overspend it.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone


class LimitBucket(models.Model):
    """One limit over one scope, e.g. item + loan contract, or applicant + year; the key spells the scope out."""

    key = models.CharField("标识", max_length=240, unique=True)
    label = models.CharField("名称", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "限额"

    def __str__(self) -> str:
        return self.label


class EntryKind(models.TextChoices):
    RESERVE = "reserve", "占用"
    RELEASE = "release", "冲回"


class LimitEntry(models.Model):
    """An amount (yuan) and a number of times taken from, or given back to, a bucket. Append-only (trigger)."""

    bucket = models.ForeignKey(LimitBucket, models.PROTECT, related_name="entries")
    sequence = models.PositiveIntegerField("序号")
    claim = models.ForeignKey("applications.Claim", models.PROTECT, related_name="limit_entries")
    kind = models.CharField("种类", max_length=10, choices=EntryKind.choices)
    turn = models.PositiveIntegerField("次第", default=0, help_text="该申报此前释放过几次")
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2)
    times = models.IntegerField("次数", default=0)
    amount_after = models.DecimalField("余额（元）", max_digits=16, decimal_places=2)
    times_after = models.IntegerField("累计次数")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["bucket", "sequence"]
        verbose_name = verbose_name_plural = "限额台账"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bucket", "sequence"], name="one_entry_per_sequence"),
            models.UniqueConstraint(fields=["bucket", "claim", "kind", "turn"], name="reserved_and_released_once"),
            models.CheckConstraint(
                name="reserve_is_positive_release_negative",
                condition=Q(kind=EntryKind.RESERVE, amount__gte=0, times__gte=0)
                | Q(kind=EntryKind.RELEASE, amount__lte=0, times__lte=0),
            ),
            models.CheckConstraint(
                name="bucket_never_below_zero", condition=Q(amount_after__gte=0, times_after__gte=0)
            ),
        ]
