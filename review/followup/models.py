"""Matters that follow a decision, with their steps and files; what items ask; and records of credit with an end."""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from applications.claims.visibility import open_claims
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core import clock
from portal.core.choices import StateField
from portal.core.encrypted_fields import EncryptedField
from portal.core.files import kept_name
from portal.core.regions import in_trees
from review.followup.enums import DISPUTES, DUE_STATES, OPEN_STATES, Act, Effect, FollowUpState, Kind

# Who handles matters of a district's claims: there and in its city.
OFFICERS = (Role.DISTRICT_FIRST, Role.DISTRICT_SECOND, Role.CITY_OFFICER, Role.DECISION_MAKER)
READERS = (*OFFICERS, Role.AUDITOR)


class Plan(models.Model):
    """What an item asks of whoever was granted it, so many months after the approval. Never changed, only retired.

    `fields` are the labels of what the applicant fills in.
    """

    item = models.ForeignKey("policies.SupportItem", models.PROTECT, related_name="+", verbose_name="支持事项")
    kind = models.CharField("类型", max_length=16, choices=Kind.choices)
    title = models.CharField("名称", max_length=100)
    text = models.CharField("要求", max_length=500, blank=True)
    months = models.PositiveSmallIntegerField("批准后多少个月")
    fields = models.JSONField("填报项目", default=list, blank=True)
    added_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    added_at = models.DateTimeField("添加时间", default=timezone.now)
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "后续要求"
        constraints: ClassVar = [
            models.CheckConstraint(name="plan_months", condition=Q(months__gte=1, months__lte=240))
        ]

    def __str__(self) -> str:
        return self.title


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user: User) -> Self:
        """What is asked of the bodies that one acts for; for officials what they handle or audit, recusals aside.

        Who complains or sues is nobody's business but the offices'.
        """
        own = Q(claim__applicant_id__in=[m.applicant_id for m in user.active_memberships]) & ~Q(kind__in=DISPUTES)
        theirs = in_trees("region__code", user.regions_for(*READERS)) & ~Q(claim__applicant_id__in=user.recused_from)
        return self.filter(own | theirs & open_claims(user, "claim__"))

    def open(self) -> Self:
        """Those that wait for somebody."""
        return self.filter(state__in=OPEN_STATES)

    def late(self, on: date) -> Self:
        """Those whose day is past and that were not handed in."""
        return self.filter(state__in=DUE_STATES, due_on__lt=on)


class FollowUp(models.Model):
    """One matter on a claim, whatever its kind; its table (`review.followup.workflow`) says how it goes on."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("类型", max_length=16, choices=Kind.choices)
    claim = models.ForeignKey("applications.Claim", models.PROTECT, related_name="followups", verbose_name="申报")
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="地区")
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, blank=True, related_name="+")
    sample = models.ForeignKey("spotchecks.Sample", models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField("名称", max_length=100)
    text = models.CharField("要求或请求", max_length=1000, blank=True)
    fields = models.JSONField("填报项目", default=list, blank=True)
    answers = models.JSONField("填报内容", default=dict, blank=True)
    party = EncryptedField("投诉人、申请人或原告", longest=100, blank=True)
    number = models.CharField("案号或文号", max_length=80, blank=True)
    state = StateField("状态", max_length=10, choices=FollowUpState)
    due_on = models.DateField("期限", null=True, blank=True)
    effect = models.CharField("对原决定的影响", max_length=8, choices=Effect.choices, blank=True)
    recovery = models.ForeignKey("recoveries.Recovery", models.PROTECT, null=True, blank=True, related_name="+")
    opened_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提出人"
    )
    opened_at = models.DateTimeField("提出时间", default=timezone.now)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "后续事项"
        indexes: ClassVar = [models.Index(fields=["region", "state", "due_on"], name="followups_by_day")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["claim", "plan"], name="asked_once_of_a_claim"),
            models.CheckConstraint(
                name="followup_closed_with_its_state",
                condition=Q(state__in=sorted(OPEN_STATES), closed_at=None)
                | (~Q(state__in=sorted(OPEN_STATES)) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="followup_effect_is_a_disputes",
                condition=Q(effect="") | Q(kind__in=sorted(DISPUTES)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim.number} {self.title}"

    @property
    def is_late(self) -> bool:
        """As `FollowUpQuerySet.late` has it of today."""
        return self.state in DUE_STATES and self.due_on is not None and self.due_on < clock.today()

    @property
    def is_dispute(self) -> bool:
        """Whether it was brought against a decision."""
        return self.kind in DISPUTES

    @property
    def applicant_label(self) -> str:
        """The state in the applicant's words."""
        return FollowUpState(self.state).applicant_label


class FollowUpEvent(models.Model):
    """One step of a matter. Append-only."""

    followup = models.ForeignKey(FollowUp, models.PROTECT, related_name="events")
    action = models.CharField("操作", max_length=16, choices=Act.choices)
    words = models.TextField("内容", blank=True)
    visited_on = models.DateField("检查日期", null=True, blank=True)
    inspectors = models.CharField("检查人员", max_length=100, blank=True)
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    actor_name = models.CharField("办理人", max_length=40)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "后续事项经过"

    def __str__(self) -> str:
        return f"{self.followup_id} {self.get_action_display()}"


class FileQuerySet(models.QuerySet["FollowUpFile"]):
    def visible_to(self, user: User) -> Self:
        """Those of the matters that the person sees."""
        return self.filter(event__followup__in=FollowUp.objects.visible_to(user))


class FollowUpFile(models.Model):
    """A report, photo or paper that came with a step. Append-only."""

    FOLDER = "followup"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.ForeignKey(FollowUpEvent, models.PROTECT, related_name="files")
    filename = models.CharField("文件名", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField("大小（字节）")
    media_type = models.CharField("类型", max_length=60)

    objects = FileQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "后续事项的文件"

    def __str__(self) -> str:
        return self.filename

    @property
    def path(self) -> str:
        """The name of the bytes in private storage."""
        return kept_name(self.FOLDER, self.sha256)


class CreditRecordQuerySet(models.QuerySet["CreditRecord"]):
    def visible_to(self, user: User) -> Self:
        """One's own bodies' records; for officials those of their regions."""
        own = Q(applicant_id__in=[m.applicant_id for m in user.active_memberships])
        return self.filter(own | in_trees("region__code", user.regions_for(*READERS)))

    def in_force(self, on: object) -> Self:
        """Those that count on a day: from their first day to their last, unless repaired before."""
        return self.filter(from_on__lte=on, until_on__gte=on, repaired_at=None)


class CreditRecord(models.Model):
    """A breach of duties that counts until a day, entered from a matter; repaired earlier by another person."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    applicant = models.ForeignKey("accounts.Applicant", models.PROTECT, related_name="+", verbose_name="单位")
    followup = models.ForeignKey(FollowUp, models.PROTECT, related_name="credit_records", verbose_name="来源事项")
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="地区")
    reason = models.CharField("失信事实", max_length=500)
    basis = models.CharField("依据", max_length=200)
    from_on = models.DateField("起始日期")
    until_on = models.DateField("截止日期")
    entered_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="登记人")
    entered_at = models.DateTimeField("登记时间", default=timezone.now)
    repaired_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="修复人"
    )
    repaired_at = models.DateTimeField("修复时间", null=True, blank=True)
    repair_reason = models.CharField("修复理由", max_length=300, blank=True)

    objects = CreditRecordQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "信用记录"
        constraints: ClassVar = [
            models.CheckConstraint(name="credit_record_has_an_end", condition=Q(until_on__gte=models.F("from_on"))),
            models.CheckConstraint(
                name="credit_record_repaired_by_another",
                condition=Q(repaired_at=None, repaired_by=None, repair_reason="")
                | (
                    Q(repaired_at__isnull=False, repaired_by__isnull=False)
                    & ~Q(repair_reason="")
                    & ~Q(repaired_by=models.F("entered_by"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.applicant.name} {self.from_on:%Y-%m-%d} 至 {self.until_on:%Y-%m-%d}"
