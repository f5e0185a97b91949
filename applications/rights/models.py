"""What applicants hold: their own register of rights (知识产权台账), and the rosters (名册) that offices send in."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.regions import in_trees

MAX_KEY = 160
# Who sends in rosters, and who else reads them.
ROSTER_ROLES = (Role.CITY_OFFICER, Role.POLICY_ADMIN)
ROSTER_READERS = (*ROSTER_ROLES, Role.AUDITOR)


class RightQuerySet(models.QuerySet["Right"]):
    """Rights, narrowed to who asks."""

    def visible_to(self, user: User) -> RightQuerySet:
        """Those of the applicants one acts for. Officials read claims, never what was not claimed."""
        return self.filter(applicant_id__in=[m.applicant_id for m in user.active_memberships])

    def held(self) -> RightQuerySet:
        """What has not been taken off the register."""
        return self.filter(removed_at=None)

    def recorded_with(self, right: Right) -> RightQuerySet:
        """The record and all that were recorded in one go with it, from one sheet or from one's claims."""
        return self.filter(
            applicant_id=right.applicant_id, recorded_by_id=right.recorded_by_id, recorded_at=right.recorded_at
        )


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


class RosterQuerySet(models.QuerySet["Roster"]):
    """Rosters, narrowed to who asks."""

    def visible_to(self, user: User) -> RosterQuerySet:
        """Those of the regions, with those below them, in which the person sends rosters in or audits."""
        return self.filter(in_trees("region__code", user.regions_for(*ROSTER_READERS)))


class Roster(models.Model):
    """What an office says that organisations hold, as of a day; `key` also makes a double click one roster.

    Where it `replaces_papers`, lines that say just what it says need no papers of their own.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="地区")
    kind = models.CharField("种类", max_length=60)
    item_code = models.CharField("对应事项", max_length=40, blank=True)
    title = models.CharField("名册名称", max_length=80)
    source = models.CharField("来源", max_length=120)
    as_of = models.DateField("截至日期")
    replaces_papers = models.BooleanField("代替逐项材料", default=False)
    count = models.PositiveIntegerField("行数", default=0)
    uploaded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)
    withdrawn_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="停用人"
    )
    withdrawn_at = models.DateTimeField("停用时间", null=True, blank=True)
    reason = models.CharField("停用理由", max_length=200, blank=True)

    objects = RosterQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "名册"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="roster_withdrawn_by_someone_with_reason",
                condition=Q(withdrawn_at=None, withdrawn_by=None, reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"《{self.title}》（截至 {self.as_of:%Y-%m-%d}，{self.source}）"


class RosterRow(models.Model):
    """One thing that an organisation holds as a roster says, by its credit code; it may not be registered here yet."""

    roster = models.ForeignKey(Roster, models.PROTECT, related_name="rows")
    uscc = models.CharField("统一社会信用代码", max_length=18)
    subject_key = models.CharField("权利标识", max_length=MAX_KEY)
    facts = models.JSONField("内容", default=dict)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "名册内容"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["roster", "uscc", "subject_key"], name="one_thing_once_in_a_roster"),
        ]
        indexes: ClassVar = [models.Index(fields=["uscc"], name="roster_rows_by_code")]

    def __str__(self) -> str:
        return f"{self.uscc} {self.subject_key}"
