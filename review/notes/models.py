"""What officials write to each other beside a claim; applicants never see it."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from portal.accounts.enums import Role
from portal.accounts.models import User


class Reach(models.TextChoices):
    """Which of the officials who see the claim read a note."""

    EVERYBODY = "everybody", "能查看本件的全部工作人员"
    REGION = "region", "仅本地区人员"
    DUTY = "duty", "仅本地区同职责人员"


class ClaimNoteQuerySet(models.QuerySet["ClaimNote"]):
    """Notes, narrowed to who asks; that the person sees the claim as an official is asked before."""

    def visible_to(self, user: User) -> Self:
        """One's own, and those whose reach includes one of the person's duties."""
        condition = Q(reach=Reach.EVERYBODY) | Q(author=user)
        for appointment in user.active_appointments:
            condition |= Q(reach=Reach.REGION, region_id=appointment.region_id)
            condition |= Q(reach=Reach.DUTY, region_id=appointment.region_id, role=appointment.role)
        return self.filter(condition)


class ClaimNote(models.Model):
    """One note, with the duty in which its author wrote it. Append-only."""

    claim = models.ForeignKey("applications.Claim", models.PROTECT, related_name="notes")
    text = models.TextField("内容", max_length=1000)
    reach = models.CharField("可见范围", max_length=10, choices=Reach.choices)
    author = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    author_name = models.CharField("作者", max_length=60)
    role = models.CharField("职责", max_length=20, choices=Role.choices)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")

    objects = ClaimNoteQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "内部备注"

    def __str__(self) -> str:
        return f"{self.claim_id} {self.author_name}"
