"""What checks found on claims, what officers answered, and the sheets of outside registers."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from applications.claims.visibility import visible_claims
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.choices import StateField
from portal.core.regions import in_trees
from portal.core.registers import RegisterKind
from review.checks.enums import SettingState, Severity, SheetState, Verdict

# Who sends in the sheets of outside registers.
REGISTER_ROLES = (Role.CITY_OFFICER, Role.POLICY_ADMIN)


class FindingQuerySet(models.QuerySet["Finding"]):
    """Findings, narrowed to who asks: they are the officials' own work."""

    def visible_to(self, user: User) -> Self:
        return self.filter(visible_claims(user, "claim__")) if user.is_official else self.none()

    def standing(self) -> Self:
        """Those that the last run still found."""
        return self.filter(gone_at=None)


class Finding(models.Model):
    """One thing that a check found on a claim. `key` is the same for the same thing, so that it stays one row.

    `words` and `params` make its text; `digest` is their SHA-256: an answer holds while that is the same.
    """

    claim = models.ForeignKey("applications.Claim", models.CASCADE, related_name="findings")
    code = models.CharField("核查项", max_length=30)
    key = models.CharField("标识", max_length=160)
    severity = models.CharField("程度", max_length=10, choices=Severity.choices)
    words = models.CharField(max_length=20, blank=True)
    params = models.JSONField("内容", default=dict)
    source = models.CharField("来源", max_length=200, blank=True)
    digest = models.CharField(max_length=64)
    first_seen = models.DateTimeField("首次发现", default=timezone.now)
    gone_at = models.DateTimeField("消失时间", null=True, blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "核查疑点"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["claim", "code", "key"], name="one_finding_a_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.claim.number} {self.code}"


class FindingAnswer(models.Model):
    """What an officer answered to a finding as it then was. Append-only; the last one to the same facts counts."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="answers")
    digest = models.CharField(max_length=64)
    verdict = models.CharField("答复", max_length=10, choices=Verdict.choices)
    reason = models.CharField("说明", max_length=300)
    officer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="答复人")
    officer_name = models.CharField("答复人姓名", max_length=40)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "疑点答复"
        constraints: ClassVar = [
            models.CheckConstraint(name="finding_answer_has_a_reason", condition=~Q(reason="")),
        ]


class Examination(models.Model):
    """The last run of the checks on a claim: how each ended, and how many findings still want an answer."""

    claim = models.OneToOneField("applications.Claim", models.CASCADE, related_name="examination")
    at = models.DateTimeField("时间")
    outcomes = models.JSONField("结果", default=dict, help_text="按核查项：版本、结果、来源")
    blocking = models.PositiveIntegerField("阻断", default=0)
    questions = models.PositiveIntegerField("须答复", default=0)
    notices = models.PositiveIntegerField("提示", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "核查结果"
        indexes: ClassVar = [
            models.Index(fields=["claim"], name="examinations_open", condition=Q(blocking__gt=0) | Q(questions__gt=0)),
        ]


class ClaimIdentifier(models.Model):
    """A number that a claim carries, in the form in which claims are compared; of personal data a keyed hash."""

    claim = models.ForeignKey("applications.Claim", models.CASCADE, related_name="identifiers")
    position = models.PositiveIntegerField("明细序号", default=0, help_text="0 为整件申报")
    kind = models.CharField(max_length=40)
    value = models.CharField(max_length=120)
    detail = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["claim", "position", "kind", "value"], name="one_identifier_a_place"),
        ]
        indexes: ClassVar = [models.Index(fields=["value"], name="identifiers_by_value")]


class RegisterSheetQuerySet(models.QuerySet["RegisterSheet"]):
    def visible_to(self, user: User) -> Self:
        """Those of the regions, with those below them, in which the person sends sheets in or audits."""
        return self.filter(in_trees("region__code", user.regions_for(*REGISTER_ROLES, Role.AUDITOR)))


class RegisterSheet(models.Model):
    """A sheet of an outside register as it stood on a day. It is kept; of those in force the newest counts."""

    FOLDER = "registers"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="地区")
    kind = models.CharField("名单", max_length=12, choices=RegisterKind.choices)
    as_of = models.DateField("截至日期")
    source = models.CharField("来源", max_length=120)
    filename = models.CharField("文件名", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField("大小（字节）")
    state = StateField("状态", max_length=10, choices=SheetState, default=SheetState.READING)
    rows = models.PositiveIntegerField("行数", default=0)
    problem = models.TextField("未采用的原因", blank=True)
    uploaded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)
    confirmed_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核人"
    )

    objects = RegisterSheetQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-as_of", "-pk"]
        verbose_name = verbose_name_plural = "名单"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "kind", "as_of", "sha256"], name="one_register_sheet_a_day"),
            models.CheckConstraint(
                name="sheet_confirmed_by_another", condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("uploaded_by"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（{self.as_of:%Y-%m-%d}，{self.source}）"


class RegisterRow(models.Model):
    """One row of a sheet: what it says of a number or of a body."""

    sheet = models.ForeignKey(RegisterSheet, models.PROTECT, related_name="entries")
    key = models.CharField(max_length=200)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["sheet", "key"], name="register_rows_by_key")]


class CheckSettingQuerySet(models.QuerySet["CheckSetting"]):
    def visible_to(self, user: User) -> Self:
        """Those of items of documents whose policy the person administers."""
        return self.filter(in_trees("item__document__region__code", user.regions_for(Role.POLICY_ADMIN)))

    def in_force(self) -> Self:
        """The confirmed ones, the one that counts of each name last."""
        return self.filter(state=SettingState.CONFIRMED).order_by("pk")


class CheckSetting(models.Model):
    """What holds of a check for one item: proposed by one person, confirmed by another, never changed.

    `name` is a check's code (its `value` a severity), or one of the names of `review.checks.services.settings`.
    `basis` cites what allows a stage to be passed by rule.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey("policies.SupportItem", models.PROTECT, related_name="+", verbose_name="支持事项")
    name = models.CharField("名称", max_length=40)
    value = models.CharField("取值", max_length=20)
    basis = models.CharField("依据", max_length=200, blank=True, help_text="按规则办理的文件依据")
    state = StateField("状态", max_length=10, choices=SettingState, default=SettingState.PROPOSED)
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_at = models.DateTimeField("提出时间", default=timezone.now)
    decided_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人"
    )
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)

    objects = CheckSettingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "核查设置"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["item", "name"], condition=Q(state=SettingState.PROPOSED), name="one_open_check_setting"
            ),
            models.CheckConstraint(
                name="check_setting_decided_by_another",
                condition=Q(state=SettingState.PROPOSED, decided_by=None, decided_at=None)
                | (~Q(state=SettingState.PROPOSED) & Q(decided_at__isnull=False) & ~Q(decided_by=F("proposed_by"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item.title} {self.name}：{self.value}"
