"""Which officer has which claim, by which rule; absences with deputies; suspended work."""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from review.assignments.enums import Ending, Means, SuspensionReason, Way

_CLAIM = "applications.Claim"
_USER = "accounts.User"


class Rule(models.Model):
    """How claims of a stage are assigned in a region when they arrive: for one item, or for all that have no rule."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="地区")
    status = models.CharField("环节", max_length=30, choices=ClaimStatus.choices)
    item = models.ForeignKey(
        "policies.SupportItem", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="支持事项"
    )
    way = models.CharField("方式", max_length=20, choices=Way.choices)
    is_active = models.BooleanField("启用", default=True)
    edited_by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="修改人")
    edited_at = models.DateTimeField("修改时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["region_id", "status", "item_id"]
        verbose_name = verbose_name_plural = "分派规则"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "status", "item"], name="one_rule_an_item"),
            models.UniqueConstraint(
                fields=["region", "status"], condition=Q(item=None), name="one_rule_for_all_other_items"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region.name} {self.get_status_display()}"


class RuleMember(models.Model):
    """An officer among whom a rule chooses. With twice the weight, one has twice as many open claims."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="members")
    officer = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="人员")
    position = models.PositiveIntegerField("顺序")
    weight = models.PositiveIntegerField("权重", default=1)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "officer"], name="one_membership_a_rule"),
            models.CheckConstraint(name="weight_from_1_to_10", condition=Q(weight__gte=1) & Q(weight__lte=10)),
        ]

    def __str__(self) -> str:
        return self.officer.name


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Assignments by whether they still hold."""

    def open(self) -> AssignmentQuerySet:
        return self.filter(ended_at=None)


class Assignment(models.Model):
    """An officer has a claim at a stage; the database lets only one. Ended, never deleted.

    What could not be assigned is an ended row without an officer, which says why.
    """

    claim = models.ForeignKey(_CLAIM, models.PROTECT, related_name="assignments")
    status = models.CharField("环节", max_length=30, choices=ClaimStatus.choices)
    officer = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="assignments", verbose_name="承办人")
    means = models.CharField("方式", max_length=10, choices=Means.choices)
    rule = models.ForeignKey(Rule, models.PROTECT, null=True, related_name="+")
    batch = models.UUIDField("批次", null=True, db_index=True)
    assigned_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+", verbose_name="分派人")
    since = models.DateTimeField("自")
    lapses_at = models.DateTimeField("到期", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    ended_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    ending = models.CharField("结果", max_length=12, choices=Ending.choices, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "承办"
        indexes: ClassVar = [models.Index(fields=["officer", "ended_at"], name="assignments_of_an_officer")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["claim", "status"], condition=Q(ended_at=None), name="one_holder_a_claim_and_stage"
            ),
            models.CheckConstraint(
                name="assignment_ended_in_some_way",
                condition=Q(ended_at=None, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")),
            ),
            models.CheckConstraint(
                name="assignment_without_officer_never_held",
                condition=Q(officer__isnull=False) | (Q(ending=Ending.UNASSIGNED) & ~Q(note="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim.number} {self.officer.name if self.officer else '未分派'}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Absences by day."""

    def on(self, day: date) -> AbsenceQuerySet:
        """Those that hold on a day."""
        return self.filter(starts_on__lte=day, ends_on__gte=day, ended_at=None)


class Absence(models.Model):
    """An official is away from day to day, and who stands in for them; ends by itself, or earlier."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(_USER, models.PROTECT, related_name="absences", verbose_name="外出人员")
    deputy = models.ForeignKey(
        _USER, models.PROTECT, null=True, blank=True, related_name="deputised", verbose_name="代办人"
    )
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", help_text="含当日")
    note = models.CharField("说明", max_length=100, blank=True)
    named_by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="登记人")
    named_at = models.DateTimeField("登记时间", default=timezone.now)
    ended_at = models.DateTimeField("提前结束", null=True, blank=True)
    ended_by = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-starts_on", "-pk"]
        verbose_name = verbose_name_plural = "外出与代办"
        constraints: ClassVar = [
            models.CheckConstraint(name="absence_lasts_a_day", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(name="nobody_is_their_own_deputy", condition=~Q(deputy=F("user"))),
        ]

    def __str__(self) -> str:
        return f"{self.user.name} {self.starts_on}—{self.ends_on}"


class SuspensionQuerySet(models.QuerySet["Suspension"]):
    """Suspensions, narrowed to those that last."""

    def open(self) -> SuspensionQuerySet:
        return self.filter(resumed_at=None)


class Suspension(models.Model):
    """The work on a claim rests for a reason that its applicant reads, until it is resumed; its clock stops."""

    claim = models.ForeignKey(_CLAIM, models.PROTECT, related_name="suspensions")
    status = models.CharField("环节", max_length=30, choices=ClaimStatus.choices)
    reason = models.CharField("事由", max_length=20, choices=SuspensionReason.choices)
    note = models.CharField("内部说明", max_length=300, blank=True)
    expected_on = models.DateField("预计恢复日期")
    latest_on = models.DateField("最迟恢复日期")
    placed_by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name="挂起人")
    at = models.DateTimeField("挂起时间")
    reminded_on = models.DateField("已提醒", null=True)
    resumed_at = models.DateTimeField("恢复时间", null=True)
    resumed_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+", verbose_name="恢复人")

    objects = SuspensionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "挂起"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["claim"], condition=Q(resumed_at=None), name="one_suspension_at_a_time"),
            models.CheckConstraint(name="suspension_has_an_end", condition=Q(latest_on__gte=F("expected_on"))),
        ]

    def __str__(self) -> str:
        return f"{self.claim.number} 挂起"
