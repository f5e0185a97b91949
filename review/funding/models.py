"""Money decided and paid: one award per approved claim with its split, and the payments made on it."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils import timezone

from portal.core.encrypted_fields import EncryptedJSONField
from portal.core.money import to_yuan


class Award(models.Model):
    """The sum granted on a claim and its split, in yuan. Both shares are null where no ratio is stated. Append-only."""

    claim = models.OneToOneField("applications.Claim", models.PROTECT, related_name="award")
    total = models.DecimalField("资助金额（元）", max_digits=14, decimal_places=2)
    city_share = models.DecimalField("市级承担（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    district_share = models.DecimalField("区级承担（元）", max_digits=14, decimal_places=2, null=True, blank=True)
    basis = models.CharField("分担依据", max_length=300, blank=True)
    made_at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "资助"
        constraints: ClassVar = [
            models.CheckConstraint(name="award_is_positive", condition=Q(total__gt=0)),
            models.CheckConstraint(
                name="award_shares_add_up",
                condition=Q(city_share=None, district_share=None)
                # SQLite adds as floating point numbers, where 166.68 + 333.35 is not 500.03 until it is rounded.
                | Q(
                    city_share__gte=0,
                    district_share__gte=0,
                    total=Round(F("city_share") + F("district_share"), precision=2),
                ),
            ),
        ]


class AwardPart(models.Model):
    """One payer's part of an award, in fen, and the budget line that bears it. Append-only.

    The parts of an award add up to its sum: never above it at any insert, exactly at commit (PostgreSQL).
    """

    award = models.ForeignKey(Award, models.PROTECT, related_name="parts")
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="出资地区")
    line = models.ForeignKey("treasury.BudgetLine", models.PROTECT, related_name="+", verbose_name="指标")
    fen = models.BigIntegerField("金额（分）")
    basis = models.CharField("依据", max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["award", "pk"]
        verbose_name = verbose_name_plural = "资助的承担部分"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["award", "region"], name="one_part_a_payer"),
            models.CheckConstraint(name="part_is_positive", condition=Q(fen__gt=0)),
        ]

    @property
    def yuan(self) -> Decimal:
        """The part in yuan."""
        return to_yuan(self.fen)


class PaymentKind(models.TextChoices):
    PAID = "paid", "拨付"
    RETURNED = "returned", "退票"
    REVERSED = "reversed", "冲正"


class Payment(models.Model):
    """A payment made on a part of an award, its return by the bank or its reversal. Append-only.

    What is paid and not returned is never above the part or the award. Payments without a part, of before there were
    parts, paid the whole award.
    """

    award = models.ForeignKey(Award, models.PROTECT, related_name="payments")
    part = models.ForeignKey(AwardPart, models.PROTECT, null=True, blank=True, related_name="payments")
    sequence = models.PositiveIntegerField("序号")
    kind = models.CharField("种类", max_length=10, choices=PaymentKind.choices)
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2)
    voucher = models.CharField("凭证号", max_length=60)
    on = models.DateField("日期")
    reason = models.CharField("退票或冲正原因", max_length=200, blank=True)
    account = EncryptedJSONField("收款账户", default=dict, help_text="付款时的户名、开户行、联行号和账号")
    officer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["award", "sequence"]
        verbose_name = verbose_name_plural = "拨付"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["award", "sequence"], name="one_payment_per_sequence"),
            models.CheckConstraint(name="payment_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="returned_payment_has_a_reason", condition=Q(kind=PaymentKind.PAID) | ~Q(reason="")
            ),
        ]
