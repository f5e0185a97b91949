"""Samples of conclusions, and what a second officer concluded on each without seeing the first's."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.choices import StateField
from portal.core.regions import in_trees
from review.decisions.enums import Conclusion, Stage
from review.spotchecks.enums import CaseState, Confidence, Source

# Who draws samples in a region, who takes the second look, and who reads them too.
DRAWERS = (Role.DECISION_MAKER,)
JUDGES = (Role.DISTRICT_SECOND, Role.CITY_OFFICER, Role.DECISION_MAKER)
READERS = (*JUDGES, Role.AUDITOR)


class SampleQuerySet(models.QuerySet["Sample"]):
    def visible_to(self, user: User) -> SampleQuerySet:
        """Those of the regions, with those below them, in which the person supervises or audits."""
        return self.filter(in_trees("region__code", user.regions_for(*READERS)))


class Sample(models.Model):
    """One drawing. From its seed and the same population anybody draws the same conclusions again. Append-only."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="地区")
    inspects = models.BooleanField("抽取现场检查对象", default=False, help_text="否则抽取审核意见")
    source = models.CharField("抽取范围", max_length=10, choices=Source.choices, default=Source.ALL)
    stage = models.CharField("环节", max_length=20, choices=Stage.choices, blank=True, help_text="空为全部审核环节")
    since = models.DateField("意见日期从")
    until = models.DateField("意见日期至")
    confidence = models.PositiveSmallIntegerField("置信水平", choices=Confidence.choices)
    margin = models.PositiveSmallIntegerField("误差范围（%）")
    population = models.PositiveIntegerField("总数")
    size = models.PositiveIntegerField("样本数")
    seed = models.CharField("随机种子", max_length=40)
    drawn_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="抽取人")
    drawn_at = models.DateTimeField("抽取时间", default=timezone.now)

    objects = SampleQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "复核抽查"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="sample_of_its_population", condition=Q(size__gt=0, size__lte=models.F("population"))
            ),
            models.CheckConstraint(name="sample_margin", condition=Q(margin__gte=1, margin__lte=30)),
        ]

    def __str__(self) -> str:
        return f"{self.region.name} {self.since:%Y-%m-%d} 至 {self.until:%Y-%m-%d}"


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User) -> CaseQuerySet:
        """Those of samples that the person reads, without applicants from whom they are recused.

        Of a claim that the person is looking at anew, none but the one they took.
        """
        seen = in_trees("sample__region__code", user.regions_for(*READERS))
        mine = Look.objects.running(user)
        others = ~Q(decision__claim__in=mine.values("claim")) | Q(pk__in=mine.values("case"))
        return self.filter(seen, others).exclude(decision__claim__applicant_id__in=user.recused_from)


class Case(models.Model):
    """One drawn conclusion, and the second officer's, written once."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sample = models.ForeignKey(Sample, models.PROTECT, related_name="cases")
    decision = models.ForeignKey("review.Decision", models.PROTECT, related_name="+", verbose_name="原意见")
    position = models.PositiveIntegerField("序号")
    state = StateField("状态", max_length=10, choices=CaseState, default=CaseState.OPEN)
    conclusion = models.CharField("复核结论", max_length=20, choices=Conclusion.choices, blank=True)
    amount = models.DecimalField("复核金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    words = models.CharField("说明", max_length=500, blank=True)
    judged_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人"
    )
    judged_at = models.DateTimeField("复核时间", null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position"]
        verbose_name = verbose_name_plural = "抽查件"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sample", "decision"], name="drawn_once_in_a_sample"),
            models.CheckConstraint(
                name="second_look_is_whole",
                condition=Q(state=CaseState.OPEN, conclusion="", judged_by=None, judged_at=None)
                | (
                    ~Q(state=CaseState.OPEN)
                    & ~Q(conclusion="")
                    & ~Q(words="")
                    & Q(judged_by__isnull=False, judged_at__isnull=False)
                ),
            ),
        ]


class LookQuerySet(models.QuerySet["Look"]):
    def running(self, user: User) -> LookQuerySet:
        """Those that a person, under whichever account, has begun and neither concluded nor given back."""
        return self.filter(officer__in=user.account_ids, ended_at=None)


class Look(models.Model):
    """One officer's turn at a drawn conclusion: until it ends, the claim's other pages are closed to them."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="looks", verbose_name="抽查件")
    claim = models.ForeignKey("applications.Claim", models.PROTECT, related_name="+", verbose_name="申报")
    officer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="复核人")
    began_at = models.DateTimeField("领取时间", default=timezone.now)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    given_back = models.CharField("交回的理由", max_length=300, blank=True)

    objects = LookQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "抽查件领取"
        indexes: ClassVar = [
            models.Index(fields=["officer"], condition=Q(ended_at=None), name="running_looks_of_an_officer")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at=None), name="one_running_look_at_a_case"),
            models.CheckConstraint(name="given_back_is_over", condition=Q(given_back="") | Q(ended_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.officer.name}"
