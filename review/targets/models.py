"""Measured values of targets, and what was reported of a plan's phases and duties. Both are only ever added to."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import User
from portal.core.choices import StateField
from review.targets.enums import ProgressState, SourceKind
from review.targets.permissions import recordable_documents


class MeasurementQuerySet(models.QuerySet["Measurement"]):
    """Measurements are public; correcting them is not."""

    def recordable_by(self, user: User) -> MeasurementQuerySet:
        """Those of targets whose values this person may enter."""
        return self.filter(recordable_documents(user, "item__document__"))

    def standing(self) -> MeasurementQuerySet:
        """Those that no later row replaces."""
        return self.filter(replaced_by=None)


class Measurement(models.Model):
    """One measured value of a target, in the item's unit; a correction is a new row that replaces, with its reason.

    A row with neither value nor wording says that what it replaces no longer counts. `year` is the year the target
    is due, `measured_on` the day the value describes. `key` makes a double click one row.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey("policies.SupportItem", models.PROTECT, related_name="+", verbose_name="目标")
    year = models.PositiveSmallIntegerField("目标年度")
    value = models.DecimalField("实测值", max_digits=20, decimal_places=4, null=True, blank=True)
    wording = models.CharField("实测情况", max_length=40, blank=True)
    is_lower_bound = models.BooleanField("至少", default=False, help_text="只统计到一部分，实际不少于此数")
    measured_on = models.DateField("数据时点")
    source_kind = models.CharField("来源类别", max_length=10, choices=SourceKind.choices)
    source = models.CharField("来源", max_length=300)
    link = models.URLField("链接", max_length=500, blank=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    reason = models.CharField("更正原因", max_length=300, blank=True)
    entered_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = MeasurementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-measured_on", "-pk"]
        verbose_name = verbose_name_plural = "目标实测值"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="measurement_is_a_value_or_words",
                condition=Q(value__isnull=False, wording="")
                | (Q(value=None) & ~Q(wording=""))
                | Q(value=None, wording="", replaces__isnull=False),
            ),
            models.CheckConstraint(
                name="measurement_correction_has_a_reason", condition=Q(replaces=None) | ~Q(reason="")
            ),
            models.CheckConstraint(name="measurement_has_a_source", condition=~Q(source="")),
        ]
        indexes: ClassVar = [models.Index(fields=["item", "year", "-measured_on"], name="measurements_of_a_target")]

    def __str__(self) -> str:
        return f"{self.item.title} {self.year} 年"

    @property
    def is_void(self) -> bool:
        """Whether it only says that what it replaces no longer counts."""
        return self.value is None and not self.wording


class ProgressEntry(models.Model):
    """What was reported of a phase or duty of a plan (`rule` of the register); the last row tells how it stands.

    `year` is that of a yearly duty, and null for any other.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    document = models.ForeignKey("policies.PolicyDocument", models.PROTECT, related_name="+", verbose_name="文件")
    rule = models.CharField("条款", max_length=40)
    year = models.PositiveSmallIntegerField("年度", null=True, blank=True)
    state = StateField("进展", max_length=10, choices=ProgressState)
    note = models.CharField("情况", max_length=500)
    source = models.CharField("来源", max_length=300, blank=True)
    on = models.DateField("日期")
    entered_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "方案进展"
        constraints: ClassVar = [
            models.CheckConstraint(name="progress_says_something", condition=~Q(note="")),
            models.CheckConstraint(
                name="finished_progress_has_a_source", condition=~Q(state=ProgressState.DONE) | ~Q(source="")
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["document", "rule", "year", "-id"], name="progress_of_a_duty")]

    def __str__(self) -> str:
        return f"{self.rule} {self.get_state_display()}"
