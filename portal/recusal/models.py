"""Which officials do no work on which applicants' claims, and the past from which the portal finds it."""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.regions import in_trees
from portal.recusal.enums import SUPERVISORS, Ground, Tie


class Affiliation(models.Model):
    """An organisation for which an official works, worked or acted; entered by themself, never changed."""

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="affiliations", verbose_name="人员")
    organisation = models.CharField("单位名称", max_length=120)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    tie = models.CharField("关系", max_length=10, choices=Tie.choices, default=Tie.EMPLOYEE)
    ended_on = models.DateField("结束日期", null=True, blank=True, help_text="仍在继续的留空")
    at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "任职和代理经历"
        indexes: ClassVar = [models.Index(fields=["uscc"], name="affiliation_by_code")]

    def __str__(self) -> str:
        return f"{self.user.name} {self.organisation}"


class RecusalQuerySet(models.QuerySet["Recusal"]):
    """Recusals, narrowed to who asks."""

    def visible_to(self, user: User) -> RecusalQuerySet:
        """Those of the applicants of the regions that one supervises or audits, never those found about oneself."""
        regions = user.regions_for(*SUPERVISORS, Role.AUDITOR)
        return self.filter(in_trees("applicant__region__code", regions)).exclude(user__in=user.account_ids)

    def in_force(self, on: date) -> RecusalQuerySet:
        """Not lifted, and not over by their day."""
        return self.filter(Q(until=None) | Q(until__gte=on), lifted_at=None)


class Recusal(models.Model):
    """An official does no work on an applicant's claims. Lifted by a second person, with a reason; never deleted."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="recusals", verbose_name="回避人")
    applicant = models.ForeignKey("accounts.Applicant", models.PROTECT, related_name="+", verbose_name="申报单位")
    ground = models.CharField("事由", max_length=20, choices=Ground.choices)
    reason = models.CharField("说明", max_length=300, blank=True)
    is_found = models.BooleanField("系统发现", default=False)
    until = models.DateField("回避至", null=True, blank=True)
    at = models.DateTimeField("时间", default=timezone.now)
    lifted_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="解除人"
    )
    lifted_at = models.DateTimeField("解除时间", null=True, blank=True)
    lift_reason = models.CharField("解除理由", max_length=300, blank=True)

    objects = RecusalQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "回避"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "applicant", "ground"], name="one_recusal_a_ground"),
            models.CheckConstraint(
                name="recusal_lifted_by_another_with_a_reason",
                condition=Q(lifted_at=None, lifted_by=None, lift_reason="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lift_reason="") & ~Q(lifted_by=F("user"))),
            ),
            models.CheckConstraint(name="declared_recusal_has_a_reason", condition=Q(is_found=True) | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.user.name} 回避 {self.applicant.name}"
