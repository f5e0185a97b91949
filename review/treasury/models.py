"""The books of the money: budget lines, their accounts, and balanced entries that are only ever added to.

A sum above zero is a credit. The accounts of a line always add up to zero: what its source gave is available,
committed, payable, in transit or paid. Balances are read from the last posting of an account and stored nowhere else.
"""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.choices import StateField
from portal.core.money import to_yuan
from portal.core.regions import in_trees
from review.treasury.enums import AccountKind, EntryKind, MonthState, SourceKind, YearEndState


class BudgetLineQuerySet(models.QuerySet["BudgetLine"]):
    """Budget lines, narrowed to who asks."""

    def visible_to(self, user: User) -> BudgetLineQuerySet:
        """Lines of the regions whose money the person pays or decides on, wherever that money was given to.

        And of the regions, with those below them, that they audit.
        """
        codes = user.regions_for(Role.FINANCE, Role.DECISION_MAKER)
        own = Q(region_id__in=codes) | Q(given_from__region_id__in=codes)
        return self.filter(own | in_trees("region__code", user.regions_for(Role.AUDITOR)))

    def managed_by(self, user: User) -> BudgetLineQuerySet:
        """Lines of the regions whose finance officer the person is."""
        return self.filter(region_id__in=user.regions_for(Role.FINANCE))


class BudgetLine(models.Model):
    """One payer's budget (指标) of a year for a group of items; `items` holds their codes, empty means all.

    Where a payer has issued no budget for an item, its awards are booked on a line that is not controlled: it may be
    overdrawn, and what is available on it is the sum for which a budget is still to be issued, below zero.

    A line that was `given_from` a superior region's holds the lump sum of its region: it pays that superior's part
    of the region's awards, never the region's own.
    """

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="出资地区")
    year = models.PositiveIntegerField("年度")
    name = models.CharField("指标名称", max_length=120)
    source = models.CharField("资金来源", max_length=10, choices=SourceKind.choices)
    items = models.JSONField("适用事项", default=list, blank=True)
    function_code = models.CharField("功能分类科目", max_length=20, blank=True)
    government_code = models.CharField("政府经济分类科目", max_length=20, blank=True)
    department_code = models.CharField("部门经济分类科目", max_length=20, blank=True)
    project_code = models.CharField("项目代码", max_length=40, blank=True)
    is_controlled = models.BooleanField("控制支付", default=True)
    given_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="given_to", verbose_name="上级指标"
    )
    created_at = models.DateTimeField("建立时间", default=timezone.now)

    objects = BudgetLineQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-year", "region_id", "pk"]
        verbose_name = verbose_name_plural = "指标"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["region", "year", "name"], name="one_line_a_name_and_year"),
            models.CheckConstraint(name="budget_year_is_a_year", condition=Q(year__gte=2000, year__lte=2999)),
            models.UniqueConstraint(fields=["region", "given_from"], name="one_line_a_region_and_superior_line"),
        ]

    def __str__(self) -> str:
        return f"{self.year}年 {self.name}"


class YearEnd(models.Model):
    """A proposal to carry over what a line has at year end, or (without another line) to let it lapse."""

    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="year_ends")
    carry_over_to = models.ForeignKey(BudgetLine, models.PROTECT, null=True, related_name="+", verbose_name="结转到")
    state = StateField("状态", max_length=10, choices=YearEndState, default=YearEndState.PROPOSED)
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_at = models.DateTimeField("提出时间", default=timezone.now)
    settled_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="确认人")
    settled_at = models.DateTimeField("确认时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "年末处理"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["line"], condition=Q(state=YearEndState.PROPOSED), name="one_proposal_a_line"
            ),
            models.CheckConstraint(
                name="year_end_is_confirmed_by_another",
                condition=~Q(state=YearEndState.DONE) | (Q(settled_by__isnull=False) & ~Q(settled_by=F("proposed_by"))),
            ),
        ]


class MonthCloseQuerySet(models.QuerySet["MonthClose"]):
    """Closed months, narrowed to who asks."""

    def standing(self) -> MonthCloseQuerySet:
        """Those that lock their month."""
        return self.exclude(state=MonthState.OPENED)

    def visible_to(self, user: User) -> MonthCloseQuerySet:
        codes = user.regions_for(Role.FINANCE, Role.DECISION_MAKER)
        return self.filter(Q(region_id__in=codes) | in_trees("region__code", user.regions_for(Role.AUDITOR)))


class MonthClose(models.Model):
    """A payer's month that is closed (结账): no entry dated in it touches the payer's lines (trigger).

    Two people open it again, with a reason. Corrections are entries of an open month.
    """

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name="出资地区")
    month = models.DateField("月份", help_text="该月第一日")
    starts_at = models.DateTimeField("起")
    ends_at = models.DateTimeField("止（不含）")
    state = StateField("状态", max_length=10, choices=MonthState, default=MonthState.CLOSED)
    closed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="结账人")
    closed_at = models.DateTimeField("结账时间", default=timezone.now)
    reason = models.CharField("反结账的理由", max_length=200, blank=True)
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间", null=True)
    opened_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="批准人")
    opened_at = models.DateTimeField("反结账时间", null=True)

    objects = MonthCloseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["region_id", "-month", "-pk"]
        verbose_name = verbose_name_plural = "月度结账"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region", "month"], condition=~Q(state=MonthState.OPENED), name="one_standing_close_a_month"
            ),
            models.CheckConstraint(
                name="month_is_opened_by_two_with_a_reason",
                condition=Q(state=MonthState.CLOSED)
                | (Q(state=MonthState.REOPEN_ASKED, asked_by__isnull=False) & ~Q(reason=""))
                | (Q(asked_by__isnull=False, opened_by__isnull=False) & ~Q(opened_by=F("asked_by")) & ~Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month.year}年{self.month.month}月"


class Account(models.Model):
    """One account of a line. A guarded one never falls below zero. Never changes (trigger)."""

    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="accounts")
    kind = models.CharField("种类", max_length=12, choices=AccountKind.choices)
    guarded = models.BooleanField("不得透支")

    class Meta:
        verbose_name = verbose_name_plural = "账户"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "kind"], name="one_account_a_kind_and_line"),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.get_kind_display()}"


class Entry(models.Model):
    """One deed of the books. Its id follows from the deed, so that a deed is booked once. Append-only (trigger)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("种类", max_length=12, choices=EntryKind.choices)
    claim = models.ForeignKey(
        "applications.Claim", models.PROTECT, null=True, blank=True, related_name="book_entries", verbose_name="申报"
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name="冲正的分录"
    )
    paper_no = models.CharField("依据文号", max_length=80, blank=True)
    note = models.CharField("摘要", max_length=300, blank=True)
    officer = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        ordering: ClassVar = ["at"]
        verbose_name = verbose_name_plural = "分录"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="reversal_names_what_it_reverses",
                condition=Q(kind=EntryKind.REVERSE, reverses__isnull=False)
                | (~Q(kind=EntryKind.REVERSE) & Q(reverses=None)),
            ),
            models.CheckConstraint(name="reversal_has_a_reason", condition=~Q(kind=EntryKind.REVERSE) | ~Q(note="")),
        ]
        indexes: ClassVar = [models.Index(fields=["claim", "at"], name="entries_of_a_claim")]


class Posting(models.Model):
    """What an entry does to one account, in fen. The sequence has no gap. Append-only (trigger)."""

    # Found by what is unique below: an index of its own on either would only be written.
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="postings", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="postings", db_index=False)
    sequence = models.PositiveIntegerField("序号")
    amount = models.BigIntegerField("金额（分）")
    balance_after = models.BigIntegerField("余额（分）")

    class Meta:
        ordering: ClassVar = ["account", "sequence"]
        verbose_name = verbose_name_plural = "记账"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "sequence"], name="one_posting_a_sequence"),
            models.UniqueConstraint(fields=["entry", "account"], name="one_posting_an_entry_and_account"),
            models.CheckConstraint(name="posting_is_not_nothing", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="first_posting_starts_from_zero", condition=Q(sequence__gt=1) | Q(balance_after=F("amount"))
            ),
        ]

    @property
    def yuan(self) -> Decimal:
        """What the posting does to its account, in yuan."""
        return to_yuan(self.amount)

    @property
    def yuan_after(self) -> Decimal:
        """The account's balance after it, in yuan."""
        return to_yuan(self.balance_after)
