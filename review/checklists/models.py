"""What officers of a stage look at on every claim, or on those of one item, and what they found."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.regions import in_trees
from review.decisions.enums import Stage


def regions_of(claim: Claim) -> tuple[str, str, str]:
    """The regions whose points a claim has: its district, its city and its province."""
    return claim.region_id, claim.city_id, f"{claim.city_id[:2]}0000"


class PointQuerySet(models.QuerySet["ChecklistPoint"]):
    """Points, narrowed to who asks and to what they are about."""

    def visible_to(self, user: User) -> Self:
        """Those of the regions, with those below them, that the person administers."""
        return self.filter(in_trees("region__code", user.regions_for(Role.POLICY_ADMIN, Role.SYSTEM_ADMIN)))

    def of_claim(self, claim: Claim, stage: str) -> Self:
        """The points in force of a claim at a stage: of its item or of all, in its district, city or province."""
        return self._about(claim.item_id, stage, *regions_of(claim))

    def _about(self, item: int, stage: str, *regions: str) -> Self:
        return self.filter(Q(item=None) | Q(item_id=item), stage=stage, region_id__in=regions, retired_at=None)

    def unmet(self, claim: int, round_: int, item: int, stage: str, *regions: str) -> Self:
        """The required ones among the points `of_claim` that nobody has found in order in its present round."""
        answers = ChecklistAnswer.objects.filter(claim=claim, round=round_, point=OuterRef("pk"))
        latest = self._about(item, stage, *regions).annotate(
            is_met=Subquery(answers.order_by("-pk").values("is_met")[:1])
        )
        return latest.filter(Q(is_met=None) | Q(is_met=False), is_required=True)


class ChecklistPoint(models.Model):
    """One point to look at; never changed, only retired: answers stay readable."""

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="地区")
    stage = models.CharField("环节", max_length=20, choices=Stage.choices)
    item = models.ForeignKey("policies.SupportItem", models.PROTECT, null=True, blank=True, related_name="+")
    text = models.CharField("要点", max_length=200)
    is_required = models.BooleanField("必须符合", default=False)
    added_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    added_at = models.DateTimeField("添加时间")
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)

    objects = PointQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "核对要点"

    def __str__(self) -> str:
        return self.text


class ChecklistAnswer(models.Model):
    """What an officer found on one point of a claim; of several in a round the latest counts. Append-only."""

    claim = models.ForeignKey("applications.Claim", models.PROTECT, related_name="checklist_answers")
    point = models.ForeignKey(ChecklistPoint, models.PROTECT, related_name="answers")
    round = models.PositiveIntegerField("轮次")
    is_met = models.BooleanField("符合")
    remark = models.CharField("说明", max_length=200, blank=True)
    officer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    officer_name = models.CharField("核对人", max_length=60)
    at = models.DateTimeField("时间")

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "核对结果"

    def __str__(self) -> str:
        return f"{self.claim_id} {self.point_id}"
