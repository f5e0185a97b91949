"""The experts of a city: who they are, what they know, for whom they work and worked, and how long they serve."""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.regions import in_trees

# Who keeps the pool; the officers who form panels and the auditors read it.
KEEPER = Role.POLICY_ADMIN
READERS = (KEEPER, Role.CITY_OFFICER, Role.AUDITOR)


class ExpertQuerySet(models.QuerySet["Expert"]):
    """Experts, narrowed to who asks."""

    def visible_to(self, user: User) -> Self:
        """Those of the cities whose pool one keeps or draws from, or audits."""
        return self.filter(in_trees("region__code", user.regions_for(*READERS)))

    def serving(self, on: date) -> Self:
        """Those whose term runs on a day."""
        return self.filter(Q(serves_until=None) | Q(serves_until__gte=on), serves_from__lte=on, ended_at=None)


class Expert(models.Model):
    """A person of a city's pool. Expertise is no office: it opens the claims of one's own panels and nothing else."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField("accounts.User", models.PROTECT, related_name="expert", verbose_name="专家")
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="专家库")
    employer = models.CharField("工作单位", max_length=120)
    employer_uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    title = models.CharField("职称", max_length=40, blank=True)
    fields = models.JSONField("领域", default=list)
    # Names of the organisations for which the expert worked or which they advised.
    dealings = models.JSONField("曾任职或服务的单位", default=list, blank=True)
    serves_from = models.DateField("聘期自")
    serves_until = models.DateField("聘期至", null=True, blank=True)
    added_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    added_at = models.DateTimeField("入库时间", default=timezone.now)
    ended_at = models.DateTimeField("出库时间", null=True, blank=True)
    end_reason = models.CharField("出库原因", max_length=200, blank=True)

    objects = ExpertQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "专家"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="expert_serves_a_day", condition=Q(serves_until=None) | Q(serves_until__gte=F("serves_from"))
            ),
            models.CheckConstraint(name="expert_ended_with_a_reason", condition=Q(ended_at=None) | ~Q(end_reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.user.name}（{self.employer}）"

    def is_serving(self, on: date) -> bool:
        """Whether the term runs on a day."""
        return self.ended_at is None and self.serves_from <= on and (not self.serves_until or on <= self.serves_until)
