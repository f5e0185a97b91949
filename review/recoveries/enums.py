"""States of a recovery, what can be done to it, its grounds, and how a decision is served."""

from django.db import models

from portal.core.choices import StatusChoices


class RecoveryState(StatusChoices):
    """Where a recovery stands, written as `NAME = value, tone, applicant's label, officers' label`."""

    PROPOSED = "proposed", "neutral", "核查中", "拟办理"
    HEARING = "hearing", "warn", "等待您陈述申辩", "陈述申辩"
    DECIDED = "decided", "warn", "已作出决定，待送达", "待送达"
    SERVED = "served", "warn", "请按期退回资金", "待退回"
    REPAYING = "repaying", "warn", "请按期退回资金", "退回中"
    WAIVER_ASKED = "waiver_asked", "info", "正在研究免予追缴", "申请免缴"
    ENFORCED = "enforced", "bad", "已移送强制执行", "强制执行"
    SETTLED = "settled", "ok", "已办结", "已结清"
    WAIVED = "waived", "neutral", "免予追缴", "已免缴"
    DISMISSED = "dismissed", "neutral", "不予追缴", "不予追缴"


OPEN_STATES = frozenset(RecoveryState) - {RecoveryState.SETTLED, RecoveryState.WAIVED, RecoveryState.DISMISSED}
# States in which the decision stands and money may be owed.
OWED_STATES = frozenset(
    {
        RecoveryState.DECIDED,
        RecoveryState.SERVED,
        RecoveryState.REPAYING,
        RecoveryState.WAIVER_ASKED,
        RecoveryState.ENFORCED,
    }
)


class RecoveryAction(models.TextChoices):
    """What can be done to a recovery; the label stands on buttons and in the time line."""

    PROPOSE = "propose", "提出"
    HEAR = "hear", "告知并听取陈述申辩"
    STATE = "state", "提交陈述申辩"
    DECIDE = "decide", "作出决定"
    DISMISS = "dismiss", "不予追缴"
    SERVE = "serve", "登记送达"
    PLAN = "plan", "制定分期计划"
    RECEIVE = "receive", "登记退款"
    SETTLE = "settle", "结清"
    ENFORCE = "enforce", "移送强制执行"
    ASK_WAIVER = "ask_waiver", "提请免予追缴"
    GRANT_WAIVER = "grant_waiver", "同意免予追缴"
    REFUSE_WAIVER = "refuse_waiver", "不同意免缴"


class RecoveryGround(models.TextChoices):
    """Why an award is revoked or lowered."""

    FALSE = "false", "弄虚作假、骗取资金"
    DUPLICATE = "duplicate", "同一事项重复获得资助"
    CONDITION = "condition", "不再符合资助条件"
    MISUSE = "misuse", "未按规定用途使用资金"
    ERROR = "error", "审核或计算有误"
    CREDIT = "credit", "严重失信，或主体已注销、破产"
    OTHER = "other", "其他原因"


class ServiceKind(models.TextChoices):
    """How a decision came to its addressee."""

    DIRECT = "direct", "直接送达"
    POST = "post", "邮寄送达"
    ELECTRONIC = "electronic", "电子送达"
    NOTICE = "notice", "公告送达"
