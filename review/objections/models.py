"""Objections that anybody files online against an entry of a publicity list, and what the end of a list's days does."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from applications.claims.visibility import open_claims
from portal.accounts.models import Region, User
from portal.core.choices import StateField
from portal.core.encrypted_fields import EncryptedField
from portal.core.files import kept_name
from review.decisions.models import PUBLICITY_ROLES
from review.objections.enums import FilingState


class FilingQuerySet(models.QuerySet["Filing"]):
    """Filings, narrowed to who asks: only the officers who decide on the list know who objects."""

    def visible_to(self, user: User) -> Self:
        """Those against lists of the regions in which one handles publicity, unless recused from the applicant."""
        theirs = self.filter(entry__publicity__region_id__in=user.regions_for(*PUBLICITY_ROLES))
        theirs = theirs.filter(open_claims(user, "entry__claim__"))
        return theirs.exclude(entry__claim__applicant_id__in=user.recused_from)

    def waiting(self) -> Self:
        """Those that nobody has taken up or declined yet."""
        return self.filter(state=FilingState.WAITING)


class Filing(models.Model):
    """A signed objection filed online. Its author follows it by `code`; who they are only its officers read."""

    FOLDER = "objections"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField("查询码", max_length=16, unique=True)
    entry = models.ForeignKey("review.PublicityEntry", models.PROTECT, related_name="filings", verbose_name="公示内容")
    name = EncryptedField("异议人", longest=60)
    contact = EncryptedField("联系方式", longest=60)
    text = models.TextField("异议内容")
    filename = models.CharField("附件", max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField("大小（字节）", default=0)
    media_type = models.CharField(max_length=80, blank=True)
    filed_at = models.DateTimeField("提出时间", default=timezone.now)
    state = StateField("状态", max_length=10, choices=FilingState, default=FilingState.WAITING)
    reason = models.TextField("不予受理的理由", blank=True)
    handled_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    handled_at = models.DateTimeField("办理时间", null=True, blank=True)
    objection = models.OneToOneField("review.Objection", models.PROTECT, null=True, blank=True, related_name="filing")

    objects = FilingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "网上异议"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="filing_handled_by_an_officer",
                condition=Q(state=FilingState.WAITING, handled_by=None, handled_at=None, objection=None, reason="")
                | Q(state=FilingState.ACCEPTED, handled_by__isnull=False, objection__isnull=False, reason="")
                | (Q(state=FilingState.DECLINED, handled_by__isnull=False, objection=None) & ~Q(reason="")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.entry.item_title} {self.filed_at:%Y-%m-%d}"

    @property
    def path(self) -> str:
        """The name of the attachment's bytes in private storage."""
        return kept_name(self.FOLDER, self.sha256)


class EndRule(models.Model):
    """Whether the end of a list's days approves by itself what nobody objected to. Append-only, the latest counts.

    A rule for one call goes before that of the office.
    """

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="地区")
    call = models.ForeignKey(
        "calls.Call", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="申报通知"
    )
    approves = models.BooleanField("期满自动批准")
    set_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="设定人")
    set_at = models.DateTimeField("设定时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "公示期满规则"

    def __str__(self) -> str:
        return f"{self.region_id} {self.approves}"
