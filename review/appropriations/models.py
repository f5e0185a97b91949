"""How a city's money gets to its districts: allocations by factors, and the documents that give it (下达)."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import User
from portal.core.choices import StateField
from portal.core.money import to_yuan
from review.appropriations.enums import AllocationState, AppropriationState
from review.appropriations.permissions import readable


class AllocationQuerySet(models.QuerySet["Allocation"]):
    """Allocations, narrowed to who asks."""

    def visible_to(self, user: User) -> AllocationQuerySet:
        """A city's own people see all of theirs, those of its districts what was issued."""
        return self.filter(readable(user, Q(state=AllocationState.ISSUED)))


class Allocation(models.Model):
    """A pool of a city's budget line shared among its districts by factors (因素法).

    `inputs` holds the factors, frozen from the computation on: `name`, `weight` in per cent, `source` (the paper, or
    what was counted), `figure` (the code of a figure of the portal, "" for entered values) and `values` by district.
    An issued one never changes (trigger): it is adjusted by a new one that names it in `replaces`.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="设区市")
    line = models.ForeignKey("treasury.BudgetLine", models.PROTECT, related_name="allocations", verbose_name="指标")
    title = models.CharField("名称", max_length=120)
    basis = models.CharField("依据", max_length=200)
    pool = models.DecimalField("分配总额（元）", max_digits=16, decimal_places=2)
    inputs = models.JSONField("因素", default=list, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="调整的方案"
    )
    reason = models.CharField("调整或退回的原因", max_length=300, blank=True)
    state = StateField("状态", max_length=10, choices=AllocationState, default=AllocationState.DRAFT)
    revision = models.PositiveIntegerField("修订号", default=0)
    computed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="测算人")
    checked_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="复核人")
    computed_at = models.DateTimeField("测算时间", null=True)
    checked_at = models.DateTimeField("复核时间", null=True)
    issued_at = models.DateTimeField("下达时间", null=True)
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField("建立时间", default=timezone.now)

    objects = AllocationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "资金分配方案"
        constraints: ClassVar = [
            models.CheckConstraint(name="allocation_pool_is_positive", condition=Q(pool__gt=0)),
            models.CheckConstraint(name="adjustment_has_a_reason", condition=Q(replaces=None) | ~Q(reason="")),
            models.CheckConstraint(
                name="allocation_is_checked_by_another",
                condition=~Q(state__in=[AllocationState.CHECKED, AllocationState.ISSUED])
                | (Q(checked_by__isnull=False) & ~Q(checked_by=models.F("computed_by"))),
            ),
            models.CheckConstraint(
                name="issued_allocation_has_a_time",
                condition=Q(state=AllocationState.ISSUED, issued_at__isnull=False)
                | (~Q(state=AllocationState.ISSUED) & Q(issued_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AllocationShare(models.Model):
    """What a computed allocation gives a district, in fen; the shares add up to the pool."""

    allocation = models.ForeignKey(Allocation, models.PROTECT, related_name="shares")
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="区县")
    fen = models.BigIntegerField("份额（分）")

    class Meta:
        ordering: ClassVar = ["region_id"]
        verbose_name = verbose_name_plural = "分配份额"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["allocation", "region"], name="one_share_a_district"),
            models.CheckConstraint(name="share_is_not_negative", condition=Q(fen__gte=0)),
        ]

    @property
    def yuan(self) -> Decimal:
        return to_yuan(self.fen)


class AppropriationQuerySet(models.QuerySet["Appropriation"]):
    """Documents that give money, narrowed to who asks."""

    def visible_to(self, user: User) -> AppropriationQuerySet:
        """A city's own people see all of theirs, those of its districts what was issued, recalled or not."""
        return self.filter(readable(user, Q(state__in=[AppropriationState.ISSUED, AppropriationState.RECALLED])))


class Appropriation(models.Model):
    """A document by which a city gives sums of a budget line to districts (下达), or takes back.

    Issued, it has a number of the office's series and one entry in the books; recalled, the entry's reversal.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="设区市")
    line = models.ForeignKey("treasury.BudgetLine", models.PROTECT, related_name="appropriations", verbose_name="指标")
    allocation = models.OneToOneField(
        Allocation, models.PROTECT, null=True, blank=True, related_name="appropriation", verbose_name="分配方案"
    )
    title = models.CharField("标题", max_length=120)
    number = models.CharField("文号", max_length=60, unique=True, null=True, blank=True)
    state = StateField("状态", max_length=10, choices=AppropriationState, default=AppropriationState.DRAFT)
    reason = models.CharField("退回或收回的原因", max_length=300, blank=True)
    drafted_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="拟稿人")
    checked_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="复核人")
    issued_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="签发人")
    recalled_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="收回人")
    drafted_at = models.DateTimeField("拟稿时间", default=timezone.now)
    issued_at = models.DateTimeField("下达时间", null=True)
    entry = models.OneToOneField("treasury.Entry", models.PROTECT, null=True, related_name="+", verbose_name="分录")

    objects = AppropriationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "下达文件"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="appropriation_is_checked_by_another",
                condition=Q(state=AppropriationState.DRAFT)
                | (Q(checked_by__isnull=False) & ~Q(checked_by=models.F("drafted_by"))),
            ),
            models.CheckConstraint(
                name="issued_appropriation_has_number_and_entry",
                condition=Q(
                    state__in=[AppropriationState.ISSUED, AppropriationState.RECALLED],
                    number__isnull=False,
                    entry__isnull=False,
                    issued_at__isnull=False,
                )
                | Q(state__in=[AppropriationState.DRAFT, AppropriationState.CHECKED], number=None, entry=None),
            ),
            models.CheckConstraint(
                name="recall_has_a_reason", condition=~Q(state=AppropriationState.RECALLED) | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.title


class AppropriationLine(models.Model):
    """What a document gives to one district, in fen; below zero it takes back."""

    appropriation = models.ForeignKey(Appropriation, models.PROTECT, related_name="lines")
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="区县")
    fen = models.BigIntegerField("金额（分）")

    class Meta:
        ordering: ClassVar = ["region_id"]
        verbose_name = verbose_name_plural = "下达明细"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["appropriation", "region"], name="one_sum_a_district"),
            models.CheckConstraint(name="appropriated_sum_is_not_nothing", condition=~Q(fen=0)),
        ]

    @property
    def yuan(self) -> Decimal:
        return to_yuan(self.fen)


class Receipt(models.Model):
    """The district's finance confirms that the sum arrived (回执). Append-only."""

    line = models.OneToOneField(AppropriationLine, models.PROTECT, related_name="receipt")
    officer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="签收人")
    note = models.CharField("回执说明", max_length=200, blank=True)
    at = models.DateTimeField("签收时间", default=timezone.now)
