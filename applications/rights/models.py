"""The register of rights (知识产权台账): what an applicant holds and what happened, written down once for all."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.models import User

MAX_KEY = 160


class RightQuerySet(models.QuerySet["Right"]):
    """Rights, narrowed to who asks."""

    def visible_to(self, user: User) -> RightQuerySet:
        """Those of the applicants one acts for. Officials read claims, never what was not claimed."""
        return self.filter(applicant_id__in=[m.applicant_id for m in user.active_memberships])

    def held(self) -> RightQuerySet:
        """What has not been taken off the register."""
        return self.filter(removed_at=None)


class Right(models.Model):
    """One right, loan, policy, title … of an applicant: facts in normal form, under the kind of event they are about.

    `subject_key` is what tells two records of one kind apart; it is unique for an applicant among what it holds.
    `key` also makes a double click one record.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    applicant = models.ForeignKey("accounts.Applicant", models.PROTECT, related_name="rights", verbose_name="单位")
    kind = models.CharField("种类", max_length=60)
    subject_key = models.CharField("权利标识", max_length=MAX_KEY, blank=True)
    # Of items that no fact tells apart (titles, prizes, projects), the one this was; "" where nobody said.
    item_code = models.CharField("对应事项", max_length=40, blank=True)
    facts = models.JSONField("内容", default=dict)
    revision = models.PositiveIntegerField("修订号", default=0, help_text="每次修改加一，用于发现陈旧页面")
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="登记人")
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)
    changed_at = models.DateTimeField("修改时间", default=timezone.now)
    removed_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="移除人"
    )
    removed_at = models.DateTimeField("移除时间", null=True, blank=True)
    removal_reason = models.CharField("移除理由", max_length=200, blank=True)

    objects = RightQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "台账记录"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["applicant", "kind", "subject_key"],
                condition=Q(removed_at=None) & ~Q(subject_key=""),
                name="one_record_a_right",
            ),
            models.CheckConstraint(
                name="right_removed_by_someone_with_reason",
                condition=Q(removed_at=None, removed_by=None, removal_reason="")
                | (Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(removal_reason="")),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["applicant", "-id"], name="rights_by_applicant")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_key}".strip()
