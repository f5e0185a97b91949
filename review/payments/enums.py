"""States of batches, of what they pay, and of the rows that a bank answers with."""

from django.db import models

from portal.core.choices import StatusChoices


class BatchState(StatusChoices):
    """Where a batch stands, written as `NAME = value, tone, label`."""

    OPEN = "open", "info", "核对中"
    PREPARED = "prepared", "wait", "待复核发放"
    RELEASED = "released", "info", "已发放，待回盘"
    PARTLY_SETTLED = "partly_settled", "warn", "部分到账"
    SETTLED = "settled", "ok", "全部到账"
    DISSOLVED = "dissolved", "neutral", "已解散"


class LineState(StatusChoices):
    """Where a disbursement stands; the last four are ends, after all but the last of which another attempt follows."""

    HELD = "held", "neutral", "待达到节点"
    WAITING = "waiting", "warn", "待支付"
    NEEDS_CORRECTION = "needs_correction", "bad", "待改正账户"
    PREPARED = "prepared", "wait", "已核对，待发放"
    IN_TRANSIT = "in_transit", "info", "在途"
    PAID = "paid", "ok", "已到账"
    REVERSAL_ASKED = "reversal_asked", "warn", "冲正待复核"
    FAILED = "failed", "bad", "支付失败"
    RETURNED = "returned", "bad", "退票"
    REVERSED = "reversed", "bad", "已冲正"
    CANCELLED = "cancelled", "neutral", "不再支付"


ENDED = frozenset({LineState.FAILED, LineState.RETURNED, LineState.REVERSED, LineState.CANCELLED})
LIVE = frozenset(LineState) - ENDED
# The money is there, as far as anybody has decided.
ARRIVED = frozenset({LineState.PAID, LineState.REVERSAL_ASKED})
# Still in an officer's hands: nothing has gone to the bank.
UNSENT = frozenset({LineState.HELD, LineState.WAITING, LineState.NEEDS_CORRECTION})


class Deed(models.TextChoices):
    """What happens to a disbursement."""

    MEET_MILESTONE = "meet_milestone", "登记节点"
    CONFIRM = "confirm", "确认账户"
    PREPARE = "prepare", "核对"
    DISSOLVE = "dissolve", "解散"
    RELEASE = "release", "发放"
    SETTLE = "settle", "登记到账"
    FAIL = "fail", "登记支付失败"
    RETURN = "return", "登记退票"
    ASK_REVERSAL = "ask_reversal", "提出冲正"
    DECLINE_REVERSAL = "decline_reversal", "不同意冲正"
    REVERSE = "reverse", "冲正"
    CANCEL = "cancel", "不再支付"


class Direction(models.TextChoices):
    OUT = "out", "发送"
    IN = "in", "回盘"


class FileState(StatusChoices):
    READING = "reading", "info", "处理中"
    DONE = "done", "ok", "已处理"
    REFUSED = "refused", "bad", "无法读取"


class RowState(StatusChoices):
    """What became of a row of an answer."""

    MATCHED = "matched", "ok", "已处理"
    UNMATCHED = "unmatched", "warn", "未匹配"
    ALREADY = "already", "neutral", "此前已处理"
    INVALID = "invalid", "bad", "内容有误"
    TOTAL = "total", "neutral", "合计行"


# Rows that a person has to look at.
OPEN_ROWS = frozenset({RowState.UNMATCHED, RowState.INVALID})


class HandlingState(StatusChoices):
    """What people made of a row that the portal could not carry out."""

    PROPOSED = "proposed", "wait", "对应待复核"
    ASSIGNED = "assigned", "ok", "已人工对应"
    SET_ASIDE = "set_aside", "neutral", "已搁置"
    DROPPED = "dropped", "neutral", "已撤回"
