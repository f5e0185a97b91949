"""Awards revoked or lowered, and what of them is demanded back: the proceeding, its receipts, and the credit mark."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from applications.claims.visibility import open_claims
from portal.accounts.enums import Role
from portal.core import clock
from portal.core.choices import StateField
from portal.core.money import to_yuan
from portal.core.regions import in_trees
from review.recoveries.enums import OPEN_STATES, RecoveryAction, RecoveryGround, RecoveryState, ServiceKind
from review.recoveries.workflow import OFFICERS

if TYPE_CHECKING:
    from portal.accounts.models import User


class RecoveryQuerySet(models.QuerySet["Recovery"]):
    """Recoveries, narrowed to who asks."""

    def visible_to(self, user: User) -> RecoveryQuerySet:
        """Those of the regions in which the person decides, reviews or pays, or whose tree they audit.

        Applicants see their own once they are heard; a payer's finance officer those of awards that it pays in part.
        """
        own = Q(applicant_id__in=[m.applicant_id for m in user.active_memberships]) & ~Q(state=RecoveryState.PROPOSED)
        mine = self.filter(
            own
            | Q(region_id__in=user.regions_for(*OFFICERS))
            | Q(claim__award__parts__region_id__in=user.regions_for(Role.FINANCE))
            | in_trees("region__code", user.regions_for(Role.AUDITOR))
        )
        return self.filter(open_claims(user, "claim__"), pk__in=mine.values("pk"))


class Recovery(models.Model):
    """One proceeding to revoke or lower an award, and to get back what was paid above its new sum. Sums in fen."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey("applications.Claim", models.PROTECT, related_name="recoveries", verbose_name="申报")
    applicant = models.ForeignKey("accounts.Applicant", models.PROTECT, related_name="recoveries")
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="办理地区")
    state = StateField("状态", max_length=12, choices=RecoveryState, default=RecoveryState.PROPOSED)
    ground = models.CharField("事由", max_length=12, choices=RecoveryGround.choices)
    clause = models.CharField("依据条款", max_length=200)
    facts = models.TextField("事实和理由")
    new_fen = models.BigIntegerField("调整后的资助（分）")
    payer = models.ForeignKey(
        "accounts.Region",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="只调减其承担部分的出资方",
    )
    fen = models.BigIntegerField("应退回（分）", help_text="作出决定前为预计数")
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_at = models.DateTimeField("提出时间", default=timezone.now)
    hearing_due_on = models.DateField("陈述申辩截止", null=True, blank=True)
    statement = models.TextField("陈述申辩", blank=True)
    decision_no = models.CharField("决定文号", max_length=80, blank=True)
    decision_text = models.TextField("决定理由", blank=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    pay_days = models.PositiveIntegerField("退回期限（日）", default=30)
    daily_rate = models.DecimalField("日利率", max_digits=9, decimal_places=8, null=True, blank=True)
    interest_from = models.DateField("计息起始日", null=True, blank=True)
    account = models.CharField("退回账户", max_length=200, blank=True, help_text="户名、开户行和账号")
    served_on = models.DateField("送达日期", null=True, blank=True)
    served_how = models.CharField("送达方式", max_length=12, choices=ServiceKind.choices, blank=True)
    due_on = models.DateField("退回期限", null=True, blank=True)
    waiver_asked_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    waived_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField("办结时间", null=True, blank=True)

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "资金追缴"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["claim"], condition=Q(state__in=sorted(OPEN_STATES)), name="one_open_recovery_a_claim"
            ),
            models.CheckConstraint(name="recovered_sums_not_negative", condition=Q(new_fen__gte=0, fen__gte=0)),
            models.CheckConstraint(
                name="recovery_decided_by_another",
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="waiver_granted_by_another", condition=Q(waived_by=None) | ~Q(waived_by=F("waiver_asked_by"))
            ),
            models.CheckConstraint(
                name="interest_has_rate_and_day",
                condition=Q(daily_rate=None, interest_from=None) | Q(daily_rate__gt=0, interest_from__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim.number} 追缴"

    @property
    def yuan(self) -> Decimal:
        """What is demanded, in yuan."""
        return to_yuan(self.fen)

    @property
    def new_yuan(self) -> Decimal:
        """The award's sum afterwards, in yuan."""
        return to_yuan(self.new_fen)

    @property
    def daily_percent(self) -> str:
        """The daily rate of interest in per cent, as papers and pages write it: `0.05%`; "" where none is taken."""
        return "" if self.daily_rate is None else f"{self.daily_rate * 100:.6f}".rstrip("0").rstrip(".") + "%"

    @property
    def hearing_is_open(self) -> bool:
        """Whether the applicant may still answer: until its day is over."""
        due = self.hearing_due_on
        return self.state == RecoveryState.HEARING and (due is None or clock.today() <= due)

    @property
    def applicant_label(self) -> str:
        """The state in the applicant's words."""
        if self.state == RecoveryState.HEARING and not self.hearing_is_open:
            return "陈述申辩已截止，等待决定"
        return RecoveryState(self.state).applicant_label


class RecoveryEvent(models.Model):
    """One step of a recovery's time line. Append-only."""

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="events")
    action = models.CharField("操作", max_length=16, choices=RecoveryAction.choices)
    to_state = models.CharField(max_length=12, choices=RecoveryState.choices)
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=40)
    note = models.TextField("说明", blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]


class Instalment(models.Model):
    """One date of a plan by which a sum (fen) is to be repaid; the latest plan counts. Append-only."""

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="instalments")
    plan = models.PositiveIntegerField("计划", default=1)
    due_on = models.DateField("到期日")
    fen = models.BigIntegerField("金额（分）")

    class Meta:
        ordering: ClassVar = ["plan", "due_on", "pk"]
        constraints: ClassVar = [models.CheckConstraint(name="instalment_is_positive", condition=Q(fen__gt=0))]

    @property
    def yuan(self) -> Decimal:
        return to_yuan(self.fen)


class Receipt(models.Model):
    """Money that came back, first on the sum itself, then on its interest (fen). Append-only."""

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="receipts")
    voucher = models.CharField("凭证号", max_length=60)
    on = models.DateField("到账日期")
    principal_fen = models.BigIntegerField("本金（分）")
    interest_fen = models.BigIntegerField("利息（分）", default=0)
    officer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "追缴退款"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recovery", "voucher"], name="one_receipt_a_voucher"),
            models.CheckConstraint(
                name="receipt_is_something",
                condition=Q(principal_fen__gte=0, interest_fen__gte=0)
                & (Q(principal_fen__gt=0) | Q(interest_fen__gt=0)),
            ),
        ]

    @property
    def principal(self) -> Decimal:
        return to_yuan(self.principal_fen)

    @property
    def interest(self) -> Decimal:
        return to_yuan(self.interest_fen)


class CreditMark(models.Model):
    """That an applicant has not repaid in time, on its credit record from a day until another."""

    recovery = models.OneToOneField(Recovery, models.PROTECT, related_name="mark")
    applicant = models.ForeignKey("accounts.Applicant", models.PROTECT, related_name="credit_marks")
    from_on = models.DateField("起")
    until_on = models.DateField("止")

    class Meta:
        verbose_name = verbose_name_plural = "失信标记"
        constraints: ClassVar = [
            models.CheckConstraint(name="mark_ends_after_its_beginning", condition=Q(until_on__gte=F("from_on")))
        ]


class AwardVersion(models.Model):
    """An award's sum after a decision: version 2 supersedes the award as granted, each further the one before.

    `parts` holds each payer's fen by its region's code. Append-only.
    """

    award = models.ForeignKey("funding.Award", models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField("版本")
    fen = models.BigIntegerField("资助金额（分）")
    parts = models.JSONField("各方承担（分）")
    reason = models.TextField("理由")
    recovery = models.OneToOneField(Recovery, models.PROTECT, null=True, blank=True, related_name="award_version")
    officer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["award", "version"]
        verbose_name = verbose_name_plural = "资助变更"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["award", "version"], name="one_award_version_a_number"),
            models.CheckConstraint(name="award_version_is_a_later_one", condition=Q(version__gte=2, fen__gte=0)),
        ]
