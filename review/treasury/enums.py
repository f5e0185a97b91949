"""Kinds of accounts, of entries and of sources."""

from django.db import models


class SourceKind(models.TextChoices):
    """Whose money a budget line is."""

    CITY = "city", "市级资金"
    DISTRICT = "district", "区级资金"
    SUPERIOR = "superior", "上级资金"
    CENTRE = "centre", "中央资金"


class AccountKind(models.TextChoices):
    """What a budget line's money is at the moment. Every line has one account of each kind."""

    SOURCE = "source", "资金来源"
    AVAILABLE = "available", "可用指标"
    COMMITTED = "committed", "审定占用"
    PAYABLE = "payable", "批准待付"
    IN_TRANSIT = "in_transit", "在途"
    PAID = "paid", "已付"
    RECOVERABLE = "recoverable", "应收追缴"
    DUE = "due", "追缴待收"


class YearEndState(models.TextChoices):
    """What became of a proposal for the year end of a line."""

    PROPOSED = "proposed", "待确认"
    DONE = "done", "已办理"
    DROPPED = "dropped", "已撤回"


class MonthState(models.TextChoices):
    """Where a closed month stands; opened again it is closed by a new row."""

    CLOSED = "closed", "已结账"
    REOPEN_ASKED = "asked", "申请反结账"
    OPENED = "opened", "已反结账"


# Never below zero, on a line of whatever kind; what is available may be overdrawn where no budget was issued.
GUARDED_KINDS = frozenset(
    {AccountKind.COMMITTED, AccountKind.PAYABLE, AccountKind.IN_TRANSIT, AccountKind.PAID, AccountKind.DUE}
)


class EntryKind(models.TextChoices):
    """What an entry of the books records."""

    ISSUE = "issue", "指标下达"
    RESERVE = "reserve", "审定占用"
    RELEASE = "release", "释放占用"
    COMMIT = "commit", "批准"
    CANCEL = "cancel", "撤销批准"
    SEND = "send", "发放"
    SETTLE = "settle", "支付成功"
    RETURN = "return", "退票"
    DEMAND = "demand", "追缴决定"
    RECOVER = "recover", "追缴收回"
    WAIVE = "waive", "免予追缴"
    CARRY_OVER = "carry_over", "结转下年"
    LAPSE = "lapse", "收回指标"
    REVERSE = "reverse", "冲正"
