"""Printed notices: numbered without gap, rendered once from a frozen snapshot, kept under their hash."""

from __future__ import annotations

import json
import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from applications.claims.visibility import visible_claims
from applications.mandates.enums import Right
from applications.mandates.selectors import mandated_claims
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.choices import StateField
from portal.core.printable import unprintable
from review.notices.enums import BEFORE_REVIEW, NoticeEventKind, NoticeKind, NoticeState, RunState

# Whose decisions notices tell of: the decision-maker's, and of a district's refusal the second officer's.
DECIDERS = (Role.DECISION_MAKER, Role.DISTRICT_SECOND)
KEEPERS = (*DECIDERS, Role.ACCEPTANCE)


def new_code() -> str:
    """A verification code nobody can guess: 20 characters without those that look alike."""
    return "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(20))


class NoticeCounter(models.Model):
    """The last number taken in one issuing region, series and year; locked while the next is taken.

    Notices have a series for each kind, other documents of the office their own.
    """

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "kind", "year"], name="one_counter_per_series"),
        ]


# What the sum of a kind is, where it is not what is granted.
_SUMS = {
    NoticeKind.PAYMENT: "拨付金额",
    NoticeKind.CHANGE: "变更后的资助金额",
    NoticeKind.DEMAND: "追缴金额",
}


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices, narrowed to who asks."""

    def visible_to(self, user: User) -> NoticeQuerySet:
        """Those of the claims that the person sees; under a mandate, only where it gives notices to read."""
        return self.filter(visible_claims(user, "claim__") | mandated_claims(user, "claim__", right=Right.READ))

    def kept_by(self, user: User) -> NoticeQuerySet:
        """Those of the offices for which the person decides or accepts: theirs to void, to replace and to deliver."""
        decided = Q(region_id__in=user.regions_for(*DECIDERS))
        accepted = Q(region_id__in=user.regions_for(Role.ACCEPTANCE), kind__in=BEFORE_REVIEW)
        return self.visible_to(user).filter(decided | accepted)


class Notice(models.Model):
    """One notice on one claim. Number and snapshot are set at birth, the file's hash once, and once it may be voided.

    A number is never used again: a voided notice keeps its own, and the one that replaces it has the next.
    """

    claim = models.ForeignKey("applications.Claim", models.PROTECT, related_name="notices")
    kind = models.CharField("种类", max_length=10, choices=NoticeKind.choices)
    occasion = models.PositiveBigIntegerField(
        "场合", default=0, help_text="一件申报可有多份的，为所告知的办理记录的编号"
    )
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="发文地区")
    year = models.PositiveIntegerField("年份")
    sequence = models.PositiveIntegerField("序号")
    number = models.CharField("文号", max_length=60, unique=True)
    code = models.CharField("核验码", max_length=20, unique=True, default=new_code)
    snapshot = models.JSONField("内容快照")
    issued_on = models.DateField("日期")
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    sha256 = models.CharField("文件哈希", max_length=64, blank=True)
    size = models.PositiveIntegerField("大小（字节）", default=0)
    created_at = models.DateTimeField(default=timezone.now)
    rendered_at = models.DateTimeField("制作时间", null=True, blank=True)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="替代的通知书"
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "通知书"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["claim", "kind", "occasion"],
                condition=Q(voided_at=None),
                name="one_valid_notice_per_claim_and_kind",
            ),
            models.UniqueConstraint(fields=["region", "kind", "year", "sequence"], name="one_number_per_series"),
            models.CheckConstraint(
                name="rendered_notice_has_hash_and_size",
                condition=Q(rendered_at=None, sha256="", size=0)
                | (~Q(sha256="") & Q(rendered_at__isnull=False, size__gt=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def state(self) -> NoticeState:
        """How it stands."""
        if self.voided_at:
            return NoticeState.VOID
        return NoticeState.READY if self.rendered_at else NoticeState.PENDING

    @property
    def tone(self) -> str:
        """The tone of its state."""
        return self.state.tone

    def get_state_display(self) -> str:
        """Its state in words."""
        return str(self.state.label)

    @property
    def amount_label(self) -> str:
        """What its sum is, in words."""
        return _SUMS.get(NoticeKind(self.kind), "资助金额")

    @property
    def void_words(self) -> str:
        """When a void notice was voided, and what stands in its place."""
        if not self.voided_at:
            return ""
        successor = Notice.objects.filter(replaces=self).first()
        voided_on = timezone.localdate(self.voided_at)
        words = f"{voided_on.year}年{voided_on.month}月{voided_on.day}日作废，不再有效。"
        return f"{words}已由{successor.number}替代。" if successor else words

    @property
    def stand_ins(self) -> list[str]:
        """The characters of its texts that no font draws: printed as a stand-in, to be written in by hand."""
        return unprintable(json.dumps(self.snapshot, ensure_ascii=False))

    @property
    def path(self) -> str:
        """The file's name in private storage."""
        return f"notices/{self.year}/{self.code}.pdf"


class NoticeEvent(models.Model):
    """What happened to a notice after it was issued. Append-only (trigger)."""

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="events")
    kind = models.CharField("事件", max_length=12, choices=NoticeEventKind.choices)
    on = models.DateField("日期", help_text="送达的日期，或登记当天")
    note = models.CharField("说明", max_length=300, blank=True, help_text="作废原因，或送达回证、邮件单号")
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="人员")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "通知书办理记录"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["notice"], condition=Q(kind=NoticeEventKind.VOIDED), name="one_voiding_per_notice"
            ),
            # Seeing it again proves nothing more.
            models.UniqueConstraint(
                fields=["notice", "kind", "user"],
                condition=Q(kind__in=[NoticeEventKind.SHOWN, NoticeEventKind.DOWNLOADED]),
                name="one_look_per_notice_and_person",
            ),
            models.CheckConstraint(
                name="what_an_officer_records_has_a_note",
                condition=Q(kind__in=[NoticeEventKind.SHOWN, NoticeEventKind.DOWNLOADED]) | ~Q(note=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"


class PrintRunQuerySet(models.QuerySet["PrintRun"]):
    """Print runs, narrowed to who asks."""

    def visible_to(self, user: User) -> PrintRunQuerySet:
        """Those of the offices for which the person decides."""
        return self.filter(region_id__in=user.regions_for(*DECIDERS))


class PrintRun(models.Model):
    """Notices of an office that the print room prints together, in the order in which they are mailed."""

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="发文地区")
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="制作人")
    created_at = models.DateTimeField("时间", default=timezone.now)
    state = StateField("状态", max_length=10, choices=RunState, default=RunState.RUNNING)
    file_names = models.CharField("文件名", max_length=80, help_text="单份文件的命名方式")
    starts = models.PositiveIntegerField("启动次数", default=0)

    objects = PrintRunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "印制批次"

    def __str__(self) -> str:
        return f"印制批次 {self.pk}"


class PrintSlice(models.Model):
    """Up to fifty notices of a run to one district: one bundle, made by one job."""

    run = models.ForeignKey(PrintRun, models.CASCADE, related_name="slices")
    position = models.PositiveIntegerField("序号")
    district = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="区")
    notice_ids = models.JSONField("通知书")
    sha256 = models.CharField("文件哈希", max_length=64, blank=True)
    size = models.PositiveIntegerField("大小（字节）", default=0)
    made_at = models.DateTimeField("制作时间", null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        verbose_name = verbose_name_plural = "印制分册"
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "position"], name="one_slice_per_position")]

    def __str__(self) -> str:
        return f"{self.run} 第 {self.position} 册"

    @property
    def path(self) -> str:
        """The bundle's name in private storage."""
        return f"notices/runs/{self.run_id}/{self.position}.pdf"
