"""States of a claim, the actions that lead from one to the next, and their labels for officers and applicants."""

from django.db import models

from portal.core.choices import StatusChoices


class ClaimStatus(StatusChoices):
    """Where a claim stands, written as `NAME = value, tone, applicant's label, officers' label`."""

    DRAFT = "draft", "neutral", "草稿，尚未提交", "草稿"
    SUBMITTED = "submitted", "info", "已提交，等待受理", "待受理"
    DISTRICT_REVIEW = "district_review", "info", "区级审核中", "待区级初审"
    DISTRICT_CONFIRMATION = "district_confirmation", "info", "区级审核中", "待区级复核"
    CITY_REVIEW = "city_review", "info", "市级审核中", "待市级复审"
    AUDIT = "third_party_audit", "info", "第三方审计中", "待第三方审计"
    PANEL = "panel_review", "info", "专家评审中", "待专家评审"
    FINAL_DECISION = "final_decision", "info", "审核完成，等待审定", "待审定"
    AWAITING_PUBLICITY = "awaiting_publicity", "info", "审定通过，准备公示", "待公示"
    PUBLICITY = "publicity", "info", "公示中", "公示中"
    OBJECTION = "objection", "warn", "公示有异议，正在核实", "异议处理中"
    APPROVED = "approved", "ok", "已批准，等待拨付", "已批准"
    PAID = "paid", "ok", "资金已拨付", "已拨付"
    RECOGNISED = "recognised", "ok", "已认定，不涉及资金", "已认定"
    CORRECTION = "correction", "warn", "需要您补正", "待补正"
    WITHDRAWN = "withdrawn", "neutral", "已撤回", "已撤回"
    ABANDONED = "abandoned", "neutral", "逾期未补正，视为放弃申报", "视为放弃"
    NOT_ACCEPTED = "not_accepted", "bad", "不予受理", "不予受理"
    REJECTED = "rejected", "bad", "不予支持", "不予支持"
    TERMINATED = "terminated", "bad", "资助已终止", "已终止"


# Statuses in which the applicant may change the claim's content.
EDITABLE = frozenset({ClaimStatus.DRAFT, ClaimStatus.CORRECTION})
# Statuses in which a claim no longer holds the right it was made for: another claim may take it.
RELEASED = frozenset(
    {
        ClaimStatus.DRAFT,
        ClaimStatus.WITHDRAWN,
        ClaimStatus.ABANDONED,
        ClaimStatus.NOT_ACCEPTED,
        ClaimStatus.REJECTED,
        ClaimStatus.TERMINATED,
    }
)
# Statuses in which a claim has come to its end; a returned payment, a revocation or an annulled
# refusal may open or end it again.
ENDED = frozenset(
    {
        ClaimStatus.PAID,
        ClaimStatus.RECOGNISED,
        ClaimStatus.WITHDRAWN,
        ClaimStatus.ABANDONED,
        ClaimStatus.NOT_ACCEPTED,
        ClaimStatus.REJECTED,
        ClaimStatus.TERMINATED,
    }
)
# Statuses in which something is still to be done before the decision.
UNDER_REVIEW = frozenset(
    {
        ClaimStatus.SUBMITTED,
        ClaimStatus.DISTRICT_REVIEW,
        ClaimStatus.DISTRICT_CONFIRMATION,
        ClaimStatus.CITY_REVIEW,
        ClaimStatus.AUDIT,
        ClaimStatus.PANEL,
        ClaimStatus.FINAL_DECISION,
        ClaimStatus.AWAITING_PUBLICITY,
        ClaimStatus.PUBLICITY,
        ClaimStatus.OBJECTION,
        ClaimStatus.CORRECTION,
    }
)


# Statuses in which a notice on the claim is there, or is being made.
NOTICED = frozenset(
    {
        ClaimStatus.APPROVED,
        ClaimStatus.PAID,
        ClaimStatus.RECOGNISED,
        ClaimStatus.NOT_ACCEPTED,
        ClaimStatus.ABANDONED,
        ClaimStatus.REJECTED,
        ClaimStatus.TERMINATED,
    }
)


class Route(models.TextChoices):
    """Who decides a claim of an item, as its document says; the values are the engine's own."""

    CITY = "city", "市级审定"
    DISTRICT = "district", "区级审定，市级监督"


class Action(models.TextChoices):
    """What can be done to a claim; the label stands on buttons and in the time line."""

    CREATE = "create", "新建申报"
    SUBMIT = "submit", "提交"
    RESUBMIT = "resubmit", "补正后重新提交"
    WITHDRAW = "withdraw", "撤回"
    ACCEPT = "accept", "受理"
    DEEM_ACCEPTED = "deem_accepted", "逾期未处理，视为受理"
    DECLINE = "decline", "不予受理"
    DISTRICT_PASS = "district_pass", "初审完成"
    DISTRICT_CONFIRM = "district_confirm", "复核通过"
    SEND_BACK = "send_back", "退回重审"
    RECALL = "recall", "收回本人意见"
    CITY_PASS = "city_pass", "复审通过"
    AUDIT_PASS = "audit_pass", "审计意见已登记"
    PANEL_PASS = "panel_pass", "评审意见已登记"
    REQUEST_CORRECTION = "request_correction", "退回补正"
    PROLONG_CORRECTION = "prolong_correction", "延长补正期限"
    ABANDON = "abandon", "逾期未补正，视为放弃"
    DECIDE = "decide", "审定支持"
    REJECT = "reject", "不予支持"
    PUBLICISE = "publicise", "列入公示"
    UNPUBLISH = "unpublish", "撤下公示"
    OBJECT = "object", "登记异议"
    DISMISS_OBJECTION = "dismiss_objection", "异议不成立"
    UPHOLD_OBJECTION = "uphold_objection", "异议成立"
    REDECIDE = "redecide", "异议部分成立，重新审定"
    END_PUBLICITY = "end_publicity", "公示期满，报送审定"
    APPROVE = "approve", "公示期满批准"
    RECOGNISE = "recognise", "公示期满认定"
    RECORD_PAYMENT = "record_payment", "登记拨付"
    RECORD_RETURN = "record_return", "登记退票"
    LOWER = "lower", "调减资助"
    TERMINATE = "terminate", "终止资助"
    REOPEN = "reopen", "原决定已撤销，重新办理"
