"""Simulations: what was asked, how far it is, and what came out. A finished one never changes."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import User
from portal.core.choices import StateField
from review.whatif.enums import OPEN_STATES, ChangeKind, RunState, Source
from review.whatif.permissions import readable_cities


class RunQuerySet(models.QuerySet["SimulationRun"]):
    """Simulations, narrowed to who asks."""

    def visible_to(self, user: User) -> RunQuerySet:
        """Those of the cities in which one makes policy, reviews or decides, and of an auditor's area."""
        return self.filter(readable_cities(user))

    def without_results(self) -> RunQuerySet:
        """Lists show no results: rules, figures and movers stay in the database."""
        return self.defer("rules", "results", "movers")


class SimulationRun(models.Model):
    """One set of rules held against those in force, over one set of claims.

    `rules` holds what takes the place of the rules in force, frozen when it was asked: a draft may go on changing.
    `results` are sums over groups of claims, in fen; `movers` the claims whose sum changes most, as
    `[claim id, item, before, after]`, shown only to those who see these claims. `inputs_hash` names everything that
    the results depend on: a second run of the same inputs gives the same bytes.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    city = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="设区市")
    title = models.CharField("名称", max_length=120)
    change = models.CharField("模拟内容", max_length=12, choices=ChangeKind.choices)
    target = models.CharField("模拟对象", max_length=60, blank=True, help_text="事项、文件或草案的标识")
    target_revision = models.PositiveIntegerField("草案修订号", default=0)
    words = models.JSONField("改动说明", default=list, blank=True)
    rules = models.JSONField("替换的规则", default=dict, blank=True)
    source = models.CharField("测算范围", max_length=12, choices=Source.choices)
    scope = models.JSONField("范围条件", default=dict)
    budget = models.DecimalField("年度预算（元）", max_digits=16, decimal_places=2, null=True, blank=True)
    inputs_hash = models.CharField("输入哈希", max_length=64, db_index=True)
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="发起人")
    asked_at = models.DateTimeField("发起时间", default=timezone.now)
    state = StateField("状态", max_length=12, choices=RunState, default=RunState.QUEUED)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)
    error = models.CharField("未完成的原因", max_length=500, blank=True)
    results = models.JSONField("结果", null=True, blank=True)
    movers = models.JSONField("变动最大的申报", null=True, blank=True)
    results_hash = models.CharField("结果哈希", max_length=64, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "政策模拟"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="run_is_done_with_results",
                condition=Q(state=RunState.DONE, results__isnull=False, movers__isnull=False) & ~Q(results_hash="")
                | ~Q(state=RunState.DONE) & Q(results=None, movers=None, results_hash=""),
            ),
            models.CheckConstraint(
                name="run_has_ended_at_a_time",
                condition=Q(state__in=OPEN_STATES, finished_at=None)
                | ~Q(state__in=OPEN_STATES) & Q(finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="failed_run_says_why",
                condition=Q(state=RunState.FAILED) & ~Q(error="") | ~Q(state=RunState.FAILED) & Q(error=""),
            ),
            models.CheckConstraint(name="run_budget_is_positive", condition=Q(budget=None) | Q(budget__gt=0)),
        ]
        indexes: ClassVar = [
            models.Index(fields=["city", "-id"], name="runs_of_a_city"),
            models.Index(fields=["change", "target", "-id"], name="runs_of_a_target"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_generated(self) -> bool:
        return self.source == Source.GENERATED
