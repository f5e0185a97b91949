"""Who may get what in an open call, as computed from registers and rosters: one row for each item and applicant."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from applications.entitled.enums import Verdict
from portal.accounts.enums import DISTRICT_ROLES, Role
from portal.accounts.models import User
from portal.core.regions import in_trees

# Who sees whom a call reaches: a district's officers those of their district.
READERS = (*sorted(DISTRICT_ROLES), Role.CITY_OFFICER, Role.POLICY_ADMIN, Role.AUDITOR)


class EntitlementQuerySet(models.QuerySet["Entitlement"]):
    """Entitlements, narrowed to who asks."""

    def visible_to(self, user: User) -> EntitlementQuerySet:
        """Those of the applicants one acts for; those of the region in which one is an official that reads them."""
        return self.filter(
            Q(applicant_id__in=[m.applicant_id for m in user.active_memberships])
            | in_trees("applicant__region__code", user.regions_for(*READERS))
        )


class Entitlement(models.Model):
    """What an applicant may get under an item of a call, or why not. Computed anew as often as one likes.

    `count` are the things it rests on. `claim` is what was confirmed from it. `lacking`, `reasons` and `changes` are
    in words: what a claim still needs, why the item does not support what is held, and what would turn that.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey("calls.Call", models.PROTECT, related_name="+", verbose_name="申报通知")
    item = models.ForeignKey("policies.SupportItem", models.PROTECT, related_name="+", verbose_name="支持事项")
    applicant = models.ForeignKey("accounts.Applicant", models.PROTECT, related_name="+", verbose_name="单位")
    verdict = models.CharField("测算结果", max_length=12, choices=Verdict.choices)
    count = models.PositiveIntegerField("依据（件）", default=0)
    amount = models.DecimalField("测算金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    lacking = models.JSONField("还需补充", default=list, blank=True)
    reasons = models.JSONField("不符合的原因", default=list, blank=True)
    changes = models.JSONField("怎样才符合", default=list, blank=True)
    claim = models.OneToOneField(
        "applications.Claim", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="申报"
    )
    computed_at = models.DateTimeField("测算时间", default=timezone.now)

    objects = EntitlementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "免申即享"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "item", "applicant"], name="one_entitlement_a_call"),
            models.CheckConstraint(
                name="entitlement_with_a_claim_is_claimed", condition=Q(claim=None) | Q(verdict=Verdict.CLAIMED)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["applicant", "-id"], name="entitlements_by_applicant"),
            models.Index(fields=["call", "verdict", "-id"], name="entitlements_by_verdict"),
        ]

    def __str__(self) -> str:
        return f"{self.applicant.name} {self.item.title}"

    @property
    def label(self) -> str:
        return Verdict(self.verdict).label

    @property
    def tone(self) -> str:
        return Verdict(self.verdict).tone


class Computation(models.Model):
    """When a call's entitlements were last computed through, and for how many applicants."""

    call = models.OneToOneField("calls.Call", models.PROTECT, related_name="+", primary_key=True)
    applicants = models.PositiveIntegerField("单位数", default=0)
    finished_at = models.DateTimeField("完成时间")
