"""Money on its way: batches that two people send, what each of them pays, and what the bank answers."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from applications.claims.models import Claim
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core import clock
from portal.core.choices import StateField
from portal.core.encrypted_fields import EncryptedJSONField
from portal.core.files import kept_name
from portal.core.money import to_yuan
from portal.core.regions import in_trees
from review.payments.enums import (
    ENDED,
    LIVE,
    OPEN_ROWS,
    UNSENT,
    BatchState,
    Direction,
    FileState,
    HandlingState,
    LineState,
    RowState,
)

FOLDER = "bank"


def paid_by(user: User, prefix: str = "") -> Q:
    """The condition that a row's `region` pays through this person, or is audited by them."""
    auditing = in_trees(f"{prefix}region__code", user.regions_for(Role.AUDITOR))
    return Q(**{f"{prefix}region_id__in": user.regions_for(Role.FINANCE)}) | auditing


class BatchQuerySet(models.QuerySet["Batch"]):
    """Batches, narrowed to who asks."""

    def visible_to(self, user: User) -> BatchQuerySet:
        """Those of the regions whose money the person pays, and of those that they audit."""
        return self.filter(paid_by(user))


class Batch(models.Model):
    """What one payer sends to the bank at once. Sum, count and digest are those of its lines when prepared."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="付款地区")
    year = models.PositiveIntegerField("年度")
    sequence = models.PositiveIntegerField("序号")
    state = StateField("状态", max_length=16, choices=BatchState, default=BatchState.OPEN)
    criteria = models.CharField("选取条件", max_length=300, blank=True)
    opened_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="建立人")
    opened_at = models.DateTimeField("建立时间", default=timezone.now)
    prepared_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="核对人")
    prepared_at = models.DateTimeField("核对时间", null=True)
    released_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="发放人")
    released_at = models.DateTimeField("发放时间", null=True)
    count = models.PositiveIntegerField("笔数", default=0)
    fen = models.BigIntegerField("金额（分）", default=0)
    lines_sha256 = models.CharField("内容摘要", max_length=64, blank=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "支付批次"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "year", "sequence"], name="one_batch_a_number"),
            models.CheckConstraint(
                name="batch_released_by_another", condition=Q(released_by=None) | ~Q(released_by=F("prepared_by"))
            ),
            models.CheckConstraint(
                name="batch_prepared_before_released",
                condition=Q(state__in=[BatchState.OPEN, BatchState.DISSOLVED])
                | (Q(state=BatchState.PREPARED) & Q(prepared_by__isnull=False) & ~Q(lines_sha256=""))
                | Q(prepared_by__isnull=False, released_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """How people and bank files name the batch."""
        return f"ZF{self.year}-{self.region_id}-{self.sequence:04d}"

    @property
    def yuan(self) -> Decimal:
        """Its sum when it was prepared, in yuan."""
        return to_yuan(self.fen)

    @property
    def is_sent(self) -> bool:
        return self.released_at is not None


def _names_of(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields]


class DisbursementQuerySet(models.QuerySet["Disbursement"]):
    """Disbursements, narrowed to who asks."""

    def visible_to(self, user: User) -> DisbursementQuerySet:
        return self.filter(paid_by(user, "part__"))

    def for_books(self) -> DisbursementQuerySet:
        """With what carrying out an answer asks of each, and no more: there are many. What they share is read once.

        They and their claims are read whole, so that the audit record need not read them again.
        """
        rows = self.select_related("part__award__claim").prefetch_related("part__award__claim__item")
        return rows.only(
            *_names_of(Disbursement),
            *(f"part__{name}" for name in ("award", "region", "line")),
            "part__award__claim",
            *(f"part__award__claim__{name}" for name in _names_of(Claim)),
        )

    def for_checks(self) -> DisbursementQuerySet:
        """With what the check list asks of each, and no more: a batch's page asks it of all."""
        claim = ("applicant", "item", "city", "region")
        return self.select_related("part__award__claim").only(
            *("batch", "fen", "debt", "payee_sha256", "part__region", "part__award", "part__award__claim"),
            *(f"part__award__claim__{name}" for name in claim),
        )

    def with_claims(self) -> DisbursementQuerySet:
        """With what pages, files and messages say of each."""
        return self.select_related(
            "part__region__parent", "part__award__claim__applicant", "part__award__claim__item", "batch", "payment"
        )


class Disbursement(models.Model):
    """One attempt to pay a stage of a payer's part. A failed, returned or reversed one ends; the next is a new row.

    `payee` is who is paid, frozen when the batch is prepared. A withholding goes to a debt and not to the bank.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    part = models.ForeignKey("funding.AwardPart", models.PROTECT, related_name="disbursements")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="lines")
    stage = models.PositiveSmallIntegerField("期次", default=1)
    attempt = models.PositiveSmallIntegerField("次数", default=1)
    fen = models.BigIntegerField("金额（分）")
    debt = models.CharField("抵扣的欠款", max_length=80, blank=True)
    state = StateField("状态", max_length=16, choices=LineState, default=LineState.WAITING)
    milestone = models.CharField("拨付节点", max_length=120, blank=True)
    milestone_paper = models.CharField("节点依据", max_length=120, blank=True)
    due_on = models.DateField("应于何日前拨付", null=True, blank=True)
    payee = EncryptedJSONField("收款账户", default=dict, blank=True)
    payee_sha256 = models.CharField(max_length=64, blank=True)
    payment = models.ForeignKey("funding.Payment", models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField("原因", max_length=200, blank=True)
    officer = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")

    objects = DisbursementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = verbose_name_plural = "支付"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["part", "stage", "debt"],
                condition=Q(state__in=sorted(LIVE)),
                name="one_live_disbursement_a_part_and_stage",
            ),
            models.CheckConstraint(name="disbursement_is_positive", condition=Q(fen__gt=0)),
            models.CheckConstraint(
                name="disbursement_is_sent_to_a_frozen_payee",
                condition=~Q(state__in=[LineState.PREPARED, LineState.IN_TRANSIT])
                | (Q(batch__isnull=False) & ~Q(payee_sha256="")),
            ),
            models.CheckConstraint(
                name="ended_disbursement_has_a_reason", condition=~Q(state__in=sorted(ENDED)) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="paid_disbursement_has_its_payment",
                condition=~Q(state__in=[LineState.PAID, LineState.REVERSAL_ASKED, LineState.RETURNED])
                | Q(payment__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """By which the bank's answer names it."""
        return f"ZF{self.pk:010d}"

    @property
    def yuan(self) -> Decimal:
        """Its sum in yuan."""
        return to_yuan(self.fen)

    @property
    def is_overdue(self) -> bool:
        """Whether the day is past by which its document has it paid."""
        return self.due_on is not None and self.due_on < clock.today() and self.state in UNSENT | {LineState.PREPARED}

    @property
    def account_tail(self) -> str:
        """The last four characters of the frozen account."""
        return str(self.payee.get("account_number", ""))[-4:]


class BankFileQuerySet(models.QuerySet["BankFile"]):
    """Files, narrowed to who asks."""

    def visible_to(self, user: User) -> BankFileQuerySet:
        return self.filter(paid_by(user))


class BankFile(models.Model):
    """A file that went to a bank or came from one, kept under its hash. The same answer counts once."""

    direction = models.CharField("方向", max_length=3, choices=Direction.choices)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="付款地区")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="files")
    format = models.CharField("格式", max_length=20)
    name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField("大小")
    state = StateField("状态", max_length=10, choices=FileState, default=FileState.DONE)
    problem = models.CharField("问题", max_length=300, blank=True)
    officer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField("时间", default=timezone.now)

    objects = BankFileQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "银行文件"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region", "sha256"], condition=Q(direction=Direction.IN), name="one_answer_a_content"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """Where private storage keeps its bytes."""
        return kept_name(FOLDER, self.sha256)


class BankRowQuerySet(models.QuerySet["BankRow"]):
    """Rows of answers, those that want a person apart."""

    def handled(self) -> BankRowQuerySet:
        """Those that people assigned to a payment or set aside."""
        settled = RowHandling.objects.filter(state__in=[HandlingState.ASSIGNED, HandlingState.SET_ASIDE])
        return self.filter(pk__in=settled.values("row"))

    def to_do(self) -> BankRowQuerySet:
        """Those that could not be carried out and are not handled."""
        return self.filter(state__in=OPEN_ROWS).exclude(pk__in=self.model.objects.handled().values("pk"))


class BankRow(models.Model):
    """A row of an answer and what became of it. Append-only. Of the account it keeps the last four characters."""

    file = models.ForeignKey(BankFile, models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField("行号")
    checksum = models.CharField(max_length=64)
    state = StateField("状态", max_length=10, choices=RowState)
    disbursement = models.ForeignKey(Disbursement, models.PROTECT, null=True, blank=True, related_name="answers")
    reference = models.CharField("流水号", max_length=60, blank=True)
    name = models.CharField("户名", max_length=120, blank=True)
    account_tail = models.CharField("账号尾号", max_length=4, blank=True)
    fen = models.BigIntegerField("金额（分）", null=True, blank=True)
    outcome = models.CharField("结果", max_length=200, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)

    objects = BankRowQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["file", "number"]
        verbose_name = verbose_name_plural = "回盘明细"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "number"], name="one_row_a_line_of_a_file"),
            models.UniqueConstraint(
                fields=["checksum"], condition=Q(state=RowState.MATCHED), name="an_answer_is_carried_out_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["file", "state", "number"], name="rows_of_a_file_by_state")]

    def __str__(self) -> str:
        return f"第 {self.number} 行"

    @property
    def yuan(self) -> Decimal | None:
        """Its sum in yuan, as far as it could be read."""
        return to_yuan(self.fen) if self.fen is not None else None


class RowHandling(models.Model):
    """What people made of a row that was not carried out: assigned by two to a payment, or set aside with a reason."""

    row = models.ForeignKey(BankRow, models.PROTECT, related_name="handlings")
    state = StateField("状态", max_length=10, choices=HandlingState)
    disbursement = models.ForeignKey(Disbursement, models.PROTECT, null=True, blank=True, related_name="+")
    is_paid = models.BooleanField("到账", default=False)
    voucher = models.CharField("凭证号", max_length=60, blank=True)
    on = models.DateField("日期", null=True, blank=True)
    reason = models.CharField("依据或说明", max_length=200)
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_at = models.DateTimeField("提出时间", default=timezone.now)
    settled_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="复核人")
    settled_at = models.DateTimeField("复核时间", null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = verbose_name_plural = "回盘行办理"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["row"], condition=~Q(state=HandlingState.DROPPED), name="one_standing_handling_a_row"
            ),
            models.CheckConstraint(name="handling_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="assigned_row_names_payment_and_paper",
                condition=~Q(state__in=[HandlingState.PROPOSED, HandlingState.ASSIGNED])
                | (Q(disbursement__isnull=False, on__isnull=False) & ~Q(voucher="")),
            ),
            models.CheckConstraint(
                name="row_is_assigned_by_two",
                condition=~Q(state=HandlingState.ASSIGNED)
                | (Q(settled_by__isnull=False) & ~Q(settled_by=F("proposed_by"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.row}{self.get_state_display()}"
