"""What follows an award or a decision: kinds of matters, where each stands, and what can be done to it."""

from django.db import models

from portal.core.choices import StatusChoices


class Kind(models.TextChoices):
    """What is asked of the applicant, looked at on the spot, or brought against a decision."""

    MILESTONE = "milestone", "阶段目标"
    REPORT = "report", "绩效报告"
    INSPECTION = "inspection", "现场检查"
    RENEWAL = "renewal", "到期续认"
    COMPLAINT = "complaint", "投诉举报"
    RECONSIDERATION = "reconsideration", "行政复议"
    SUIT = "suit", "行政诉讼"


DUTIES = frozenset({Kind.MILESTONE, Kind.REPORT})
DISPUTES = frozenset({Kind.COMPLAINT, Kind.RECONSIDERATION, Kind.SUIT})
# Those that annul a refusal when they are upheld.
REMEDIES = frozenset({Kind.RECONSIDERATION, Kind.SUIT})
# What an item's plan asks by itself after the approval.
PLANNED = (Kind.MILESTONE, Kind.REPORT, Kind.RENEWAL)


class FollowUpState(StatusChoices):
    """Where a matter stands, written as `NAME = value, tone, applicant's label, officers' label`."""

    ASKED = "asked", "wait", "待办理", "待办理"
    SUBMITTED = "submitted", "info", "已报送，等待审核", "待审核"
    RETURNED = "returned", "warn", "请修改后重新报送", "退回修改"
    OPEN = "open", "warn", "办理中", "办理中"
    ACCEPTED = "accepted", "ok", "已通过", "已通过"
    EXPIRED = "expired", "bad", "已到期", "已到期"
    CANCELLED = "cancelled", "neutral", "已取消", "已取消"
    UPHELD = "upheld", "bad", "成立", "成立（撤销或变更）"
    PARTLY = "partly", "warn", "部分成立", "部分成立"
    DISMISSED = "dismissed", "ok", "不成立", "不成立（维持）"
    WITHDRAWN = "withdrawn", "neutral", "已撤回", "已撤回或终止"


OPEN_STATES = frozenset({FollowUpState.ASKED, FollowUpState.SUBMITTED, FollowUpState.RETURNED, FollowUpState.OPEN})


# States in which a day that is past is late; what was handed in waits for the office.
DUE_STATES = OPEN_STATES - {FollowUpState.SUBMITTED}


class Act(models.TextChoices):
    """What can be done to a matter; the label stands on buttons and in its time line."""

    BEGIN = "begin", "提出"
    SUBMIT = "submit", "报送"
    ACCEPT = "accept", "审核通过"
    RETURN = "return", "退回修改"
    PASS = "pass", "检查通过"
    FAULT = "fault", "检查发现问题，要求整改"
    RENEW = "renew", "已续认"
    EXPIRE = "expire", "到期未续认"
    CANCEL = "cancel", "取消"
    UPHOLD = "uphold", "成立"
    UPHOLD_PARTLY = "uphold_partly", "部分成立"
    DISMISS = "dismiss", "不成立"
    WITHDRAW = "withdraw", "登记撤回或终止"


class Effect(models.TextChoices):
    """What the outcome of a dispute does to the award, or to the refusal."""

    NONE = "none", "不影响原决定"
    LOWER = "lower", "提出调减或撤销资助"
    REOPEN = "reopen", "撤销不予支持（不予受理）的决定，重新办理"
