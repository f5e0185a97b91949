"""The record of who did what: append-only, each row bound to the one before by a hash."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.functional import cached_property

from portal.accounts.areas import in_area
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.audit.enums import SecurityKind
from portal.audit.labels import action_label
from portal.audit.sealing import restored
from portal.core.encrypted_fields import EncryptedField


class AuditQuerySet(models.QuerySet["AuditRecord"]):
    """Audit records, narrowed to who asks."""

    def visible_to(self, user: User) -> AuditQuerySet:
        """Auditors see the records of their area (`portal.accounts.areas`); nobody else sees any."""
        return self.filter(in_area(user, "region_code", Role.AUDITOR))


class AuditRecord(models.Model):
    """One action. Triggers refuse UPDATE and DELETE on both databases; `verify_audit` checks the chain."""

    sequence = models.BigIntegerField("序号", unique=True)
    at = models.DateTimeField("时间")
    actor = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="操作人"
    )
    actor_name = models.CharField("操作人姓名", max_length=40)
    address = models.CharField("来源地址", max_length=45, blank=True)
    action = models.CharField("操作", max_length=60)
    target_type = models.CharField("对象类型", max_length=60)
    target_id = models.CharField("对象标识", max_length=60)
    target_label = models.CharField("对象", max_length=200)
    region_code = models.CharField("地区", max_length=6, blank=True)
    before = models.JSONField("变更前", default=dict)
    after = models.JSONField("变更后", default=dict)
    contents = models.JSONField("内容哈希", default=dict, help_text="写入的各行：表、主键、SHA-256")
    sealed = EncryptedField("加密的号码", default="", help_text="变更前后中只显示末四位的号码")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-sequence"]
        verbose_name = verbose_name_plural = "审计记录"
        indexes: ClassVar = [
            models.Index(fields=["target_type", "target_id", "-sequence"], name="audit_by_target"),
            models.Index(fields=["region_code", "-sequence"], name="audit_by_region"),
        ]

    def __str__(self) -> str:
        return f"#{self.sequence} {self.action}"

    @cached_property
    def opened(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Before and after with the numbers in full: to compare, never to show."""
        return restored(self.before, self.after, self.sealed)

    @property
    def action_label(self) -> str:
        """The action in words."""
        return action_label(self.action)


class ChainHead(models.Model):
    """The end of the chain: one row, locked while a record is appended."""

    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)


class AuditRoot(models.Model):
    """The root of a Merkle tree over the records of a day. Append-only (trigger); its time stamp is added once."""

    day = models.DateField("日期")
    first = models.BigIntegerField("首条", unique=True)
    last = models.BigIntegerField("末条", unique=True)
    head = models.CharField("末条哈希", max_length=64)
    sha256 = models.CharField("SHA-256 根", max_length=64)
    sm3 = models.CharField("SM3 根", max_length=64)
    token = models.BinaryField("时间戳", null=True, help_text="RFC 3161 应答")

    class Meta:
        verbose_name = verbose_name_plural = "审计根"

    def __str__(self) -> str:
        return f"{self.day} #{self.first}–{self.last}"


class SecurityQuerySet(models.QuerySet["SecurityEvent"]):
    """Security events, narrowed to who asks."""

    def visible_to(self, user: User) -> SecurityQuerySet:
        """As the audit record: those of an auditor's area; nobody else sees any."""
        return self.filter(in_area(user, "region_code", Role.AUDITOR))

    def about(self, applicant_id: int) -> SecurityQuerySet:
        """What was read or exported of an applicant's data."""
        return self.filter(subjects__applicant_id=applicant_id)


class SecurityEvent(models.Model):
    """Something that touches security and changes nothing: an export, a failed sign-in, a refusal, a look at a number.

    Append-only until `keep_until`; then the nightly job may delete it (trigger).
    """

    at = models.DateTimeField("时间")
    kind = models.CharField("种类", max_length=20, choices=SecurityKind.choices)
    user = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="人员"
    )
    name = models.CharField("姓名", max_length=40, blank=True)
    address = models.CharField("来源地址", max_length=45, blank=True)
    region_code = models.CharField("地区", max_length=6, blank=True)
    subject = models.CharField("对象", max_length=200, blank=True, help_text="文件名、网址、账号或被查看的对象")
    details = models.JSONField("详情", default=dict, blank=True)
    keep_until = models.DateField("保存至")

    objects = SecurityQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "安全事件"
        indexes: ClassVar = [
            models.Index(fields=["region_code", "-id"], name="security_by_region"),
            models.Index(fields=["keep_until"], name="security_by_retention"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}"


class SecuritySubject(models.Model):
    """An applicant whose data an event read or exported; it ends with its event."""

    event = models.ForeignKey(SecurityEvent, models.CASCADE, related_name="subjects")
    applicant = models.ForeignKey("accounts.Applicant", models.PROTECT, related_name="+")
    keep_until = models.DateField("保存至")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["applicant", "event"], name="one_subject_per_event"),
        ]
