"""Calls for claims (申报通知): which items are open, for facts of which days, from when until when, for how much money.

A claim can only be begun and submitted inside an open call. Moments are to the minute; both windows are half-open:
the first moment (or day) belongs to them, the last does not.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from policies.calls.enums import CallState, ChangeKind, FilePurpose, Phase, Shortage
from policies.engine.periods import last_day
from policies.engine.procedure import Procedure
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.choices import StateField
from portal.core.files import kept_name
from portal.core.regions import in_trees


def deadline_words(moment: datetime) -> str:
    """A closing moment as notices print it, in local time: midnight is 24:00 of the day before."""
    local = timezone.localtime(moment)
    if (local.hour, local.minute) == (0, 0):
        return f"{_day_words(last_day(local.date()))} 24:00"
    return moment_words(moment)


def moment_words(moment: datetime) -> str:
    """A moment as `2026年3月1日 09:00`, in local time."""
    local = timezone.localtime(moment)
    return f"{_day_words(local.date())} {local:%H:%M}"


def days_words(first: date, end: date) -> str:
    """A half-open span of days as people write it, with its last day: `2025年1月1日至2025年12月31日`."""
    return f"{_day_words(first)}至{_day_words(last_day(end))}"


def _day_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


class CallQuerySet(models.QuerySet["Call"]):
    """Calls, narrowed to who asks."""

    def public(self) -> CallQuerySet:
        """What everybody may see: all that was ever published, the withdrawn among them."""
        return self.exclude(state=CallState.DRAFTED)

    def workable_by(self, user: User) -> CallQuerySet:
        """Calls, drafts among them, of the cities in which the person administers policy."""
        return self.filter(in_trees("region__code", user.regions_for(Role.POLICY_ADMIN)))

    def visible_to(self, user: User) -> CallQuerySet:
        return self.filter(~Q(state=CallState.DRAFTED) | in_trees("region__code", user.regions_for(Role.POLICY_ADMIN)))


class Call(models.Model):
    """One city's call for claims; `key` also makes a double click one call."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="calls", verbose_name="设区市")
    number = models.CharField("文号", max_length=80, blank=True)
    title = models.CharField("标题", max_length=120)
    introduction = models.TextField("说明", blank=True)
    opens_at = models.DateTimeField("开始时间")
    closes_at = models.DateTimeField("截止时间")
    facts_from = models.DateField("事实期间自")
    facts_to = models.DateField("事实期间至（不含）")
    budget = models.DecimalField("预算（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    quota = models.PositiveIntegerField("名额（件）", null=True, blank=True)
    when_short = models.CharField(
        "资金不足时",
        max_length=10,
        choices=Shortage.choices,
        default=Shortage.STOP,
        help_text="审定时预算不够的处理办法",
    )
    procedure = models.JSONField("办理程序", default=dict, blank=True, help_text="空的按各事项的规定")
    procedure_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="程序拟定人"
    )
    budget_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="预算填写人"
    )
    contact_name = models.CharField("联系人", max_length=60)
    contact_phone = models.CharField("联系电话", max_length=60)
    contact_address = models.CharField("联系地址", max_length=200, blank=True)
    state = StateField("状态", max_length=10, choices=CallState, default=CallState.DRAFTED)
    revision = models.PositiveIntegerField("修订号", default=0, help_text="每次保存加一，用于发现陈旧页面")
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField("建立时间", default=timezone.now)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-opens_at", "-pk"]
        verbose_name = verbose_name_plural = "申报通知"
        constraints: ClassVar = [
            models.CheckConstraint(name="call_closes_after_it_opens", condition=Q(closes_at__gt=F("opens_at"))),
            models.CheckConstraint(name="call_facts_end_after_they_begin", condition=Q(facts_to__gt=F("facts_from"))),
            models.CheckConstraint(
                name="call_limits_are_positive",
                condition=(Q(budget=None) | Q(budget__gt=0)) & (Q(quota=None) | Q(quota__gt=0)),
            ),
            models.CheckConstraint(
                name="published_call_has_number_contact_and_time",
                condition=Q(state=CallState.DRAFTED, published_at=None)
                | (~Q(state=CallState.DRAFTED) & ~Q(number="") & ~Q(contact_phone="") & Q(published_at__isnull=False)),
            ),
            models.UniqueConstraint(
                fields=["region", "number"], condition=Q(state=CallState.PUBLISHED), name="one_published_call_a_number"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "closes_at"], name="calls_by_closing")]

    def __str__(self) -> str:
        return self.title

    def phase_at(self, moment: datetime) -> Phase:
        """Where the call stands at a moment: open from `opens_at` on, and no longer at `closes_at`."""
        if self.state != CallState.PUBLISHED:
            return Phase(self.state)
        if moment < self.opens_at:
            return Phase.UPCOMING
        return Phase.OPEN if moment < self.closes_at else Phase.CLOSED

    @property
    def phase(self) -> Phase:
        """Where the call stands now."""
        return self.phase_at(timezone.now())

    @property
    def opens_words(self) -> str:
        return moment_words(self.opens_at)

    @property
    def closes_words(self) -> str:
        return deadline_words(self.closes_at)

    @property
    def left_words(self) -> str:
        """How long an open call still is: in days, on its last in hours."""
        left = self.closes_at - timezone.now()
        hours = max(int(left.total_seconds() // 3600), 0)
        return f"{left.days} 天" if left.days > 0 else f"{hours} 小时" if hours else "不到 1 小时"

    @property
    def last_day(self) -> date:
        """The day on which it closes, in local time; a close at midnight belongs to the day before."""
        return timezone.localdate(self.closes_at - timedelta(microseconds=1))

    @property
    def facts_words(self) -> str:
        return days_words(self.facts_from, self.facts_to)

    @property
    def procedure_words(self) -> str:
        """The procedure that the call sets for its items, in words; empty where each item's own holds."""
        return Procedure.read(self.procedure).words if self.procedure else ""

    def takes_facts_of(self, day: date) -> bool:
        """Whether a fact of this day is one that the call takes."""
        return self.facts_from <= day < self.facts_to


class CallItem(models.Model):
    """One item that a call opens, with limits of its own under the call's."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="items")
    item = models.ForeignKey("policies.SupportItem", models.PROTECT, related_name="call_items", verbose_name="支持事项")
    budget = models.DecimalField("预算（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    quota = models.PositiveIntegerField("名额（件）", null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["call", "item__document", "item__position"]
        verbose_name = verbose_name_plural = "通知事项"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "item"], name="item_once_in_a_call"),
            models.CheckConstraint(
                name="call_item_limits_are_positive",
                condition=(Q(budget=None) | Q(budget__gt=0)) & (Q(quota=None) | Q(quota__gt=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call} {self.item}"


class CallAttachment(models.Model):
    """A file of a call: of the notice, or a template or sample of a material; its bytes lie under their SHA-256."""

    FOLDER = "calls"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    call = models.ForeignKey(Call, models.CASCADE, related_name="attachments")
    purpose = models.CharField("用途", max_length=10, choices=FilePurpose.choices, default=FilePurpose.NOTICE)
    item = models.ForeignKey(
        "policies.SupportItem", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="支持事项"
    )
    requirement = models.CharField("材料", max_length=60, blank=True, help_text="事项中材料的代码")
    filename = models.CharField("文件名", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField("大小（字节）")
    media_type = models.CharField("类型", max_length=100)
    added_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    added_at = models.DateTimeField("上传时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "通知附件"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "sha256"], name="file_once_in_a_call"),
            models.CheckConstraint(
                name="file_of_a_material_names_it",
                condition=Q(purpose=FilePurpose.NOTICE, item=None, requirement="")
                | (~Q(purpose=FilePurpose.NOTICE) & Q(item__isnull=False) & ~Q(requirement="")),
            ),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def path(self) -> str:
        """The name of the bytes in private storage."""
        return kept_name(self.FOLDER, self.sha256)


class CallChange(models.Model):
    """What was done to a call from its publication on, for everybody to read. Append-only (trigger).

    `differences` holds one `[label, before, after]` in words for each thing that changed.
    """

    call = models.ForeignKey(Call, models.PROTECT, related_name="changes")
    kind = models.CharField("种类", max_length=10, choices=ChangeKind.choices)
    differences = models.JSONField("变化", default=list, blank=True)
    reason = models.CharField("理由", max_length=300, blank=True)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "通知变更"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="change_of_a_call_has_a_reason", condition=Q(kind=ChangeKind.PUBLISHED) | ~Q(reason="")
            ),
        ]
