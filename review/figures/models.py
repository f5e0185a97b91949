"""Figures of the casework by month, counted from steps and entries; they are derived and can be counted anew."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Self, TypeVar

from django.db import models
from django.utils import timezone

from applications.claims.enums import ClaimStatus
from portal.accounts.enums import Role, SizeClass
from portal.accounts.models import User
from portal.core.money import to_yuan
from portal.core.regions import in_trees
from review.decisions.enums import Stage
from review.figures.measures import Measure

READERS = (Role.DISTRICT_SECOND, Role.CITY_OFFICER, Role.DECISION_MAKER, Role.AUDITOR)
# Who sees what each officer did: those who answer for the officers, and the auditor.
SUPERVISORS = (Role.DISTRICT_SECOND, Role.DECISION_MAKER, Role.AUDITOR)


M = TypeVar("M", bound=models.Model)


class SeenByRegion(models.QuerySet[M]):
    """Rows with a district, narrowed to who asks."""

    def visible_to(self, user: User) -> Self:
        """Those of the districts and cities for which the person reads figures."""
        return self.filter(in_trees("region__code", user.regions_for(*READERS)))


class Figure(models.Model):
    """One measure of a month, by district, item and the applicant's size; sums in fen.

    `ground` is a refusal's first ground, empty for other measures.
    """

    month = models.DateField("月份", help_text="该月第一日")
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="区县")
    item = models.ForeignKey("policies.SupportItem", models.PROTECT, related_name="+", verbose_name="支持事项")
    size_class = models.CharField("企业规模", max_length=10, choices=SizeClass.choices, blank=True)
    measure = models.CharField("指标", max_length=12, choices=Measure.choices)
    ground = models.CharField("理由", max_length=20, blank=True)
    count = models.PositiveIntegerField("件次")
    fen = models.BigIntegerField("金额（分）", default=0)

    objects = SeenByRegion.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "月度统计"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["month", "region", "item", "size_class", "measure", "ground"], name="one_figure_a_month"
            ),
        ]

    @property
    def yuan(self) -> Decimal:
        """Its sum in yuan."""
        return to_yuan(self.fen)


class OfficerFigure(models.Model):
    """What one officer concluded at one stage in a month, for one district: steps, those late, and working days."""

    month = models.DateField("月份", help_text="该月第一日")
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="区县")
    officer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="办理人")
    stage = models.CharField("环节", max_length=20, choices=Stage.choices)
    steps = models.PositiveIntegerField("办理件次")
    late = models.PositiveIntegerField("超期件次")
    returned = models.PositiveIntegerField("退回补正")
    refused = models.PositiveIntegerField("不予受理或支持")
    workdays = models.PositiveIntegerField("办理工作日合计")

    objects = SeenByRegion.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人员办理统计"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["month", "region", "officer", "stage"], name="one_officer_figure_a_month"),
        ]


class DeskFigure(models.Model):
    """How many open claims of a district and item stand in a state since a day, when last counted; sums in fen."""

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="区县")
    item = models.ForeignKey("policies.SupportItem", models.PROTECT, related_name="+", verbose_name="支持事项")
    status = models.CharField("状态", max_length=30, choices=ClaimStatus.choices)
    since = models.DateField("自")
    count = models.PositiveIntegerField("件数")
    fen = models.BigIntegerField("申报金额（分）", default=0)

    objects = SeenByRegion.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "在办统计"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "item", "status", "since"], name="one_desk_figure_a_day"),
        ]


class CountedMonth(models.Model):
    """Until when the steps and entries of a month are in its figures."""

    month = models.DateField("月份", primary_key=True)
    counted_at = models.DateTimeField("统计至", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "已统计的月份"
