"""States of a claim, the actions that lead from one to the next, and both faces of their labels."""

from django.db import models


class ClaimStatus(models.TextChoices):
    """Where a claim stands; the label is the officers' word, `APPLICANT_LABELS` has the applicant's."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待受理"
    DISTRICT_REVIEW = "district_review", "待区级初审"
    DISTRICT_CONFIRMATION = "district_confirmation", "待区级复核"
    CITY_REVIEW = "city_review", "待市级复审"
    FINAL_DECISION = "final_decision", "待审定"
    AWAITING_PUBLICITY = "awaiting_publicity", "待公示"
    PUBLICITY = "publicity", "公示中"
    OBJECTION = "objection", "异议处理中"
    APPROVED = "approved", "已批准"
    PAID = "paid", "已拨付"
    RECOGNISED = "recognised", "已认定"
    CORRECTION = "correction", "待补正"
    WITHDRAWN = "withdrawn", "已撤回"
    NOT_ACCEPTED = "not_accepted", "不予受理"
    REJECTED = "rejected", "不予支持"


APPLICANT_LABELS = {
    ClaimStatus.DRAFT: "草稿，尚未提交",
    ClaimStatus.SUBMITTED: "已提交，等待受理",
    ClaimStatus.DISTRICT_REVIEW: "区级审核中",
    ClaimStatus.DISTRICT_CONFIRMATION: "区级审核中",
    ClaimStatus.CITY_REVIEW: "市级审核中",
    ClaimStatus.FINAL_DECISION: "市级审核中",
    ClaimStatus.AWAITING_PUBLICITY: "审定通过，准备公示",
    ClaimStatus.PUBLICITY: "公示中",
    ClaimStatus.OBJECTION: "公示有异议，正在核实",
    ClaimStatus.APPROVED: "已批准，等待拨付",
    ClaimStatus.PAID: "资金已拨付",
    ClaimStatus.RECOGNISED: "已认定，不涉及资金",
    ClaimStatus.CORRECTION: "需要您补正",
    ClaimStatus.WITHDRAWN: "已撤回",
    ClaimStatus.NOT_ACCEPTED: "不予受理",
    ClaimStatus.REJECTED: "不予支持",
}

# Statuses in which the applicant may change the claim's content.
EDITABLE = frozenset({ClaimStatus.DRAFT, ClaimStatus.CORRECTION})
# Statuses in which a claim no longer holds the right it was made for: another claim may take it.
RELEASED = frozenset({ClaimStatus.DRAFT, ClaimStatus.WITHDRAWN, ClaimStatus.NOT_ACCEPTED, ClaimStatus.REJECTED})
# Statuses in which something is still to be done before the decision.
UNDER_REVIEW = frozenset(
    {
        ClaimStatus.SUBMITTED,
        ClaimStatus.DISTRICT_REVIEW,
        ClaimStatus.DISTRICT_CONFIRMATION,
        ClaimStatus.CITY_REVIEW,
        ClaimStatus.FINAL_DECISION,
        ClaimStatus.AWAITING_PUBLICITY,
        ClaimStatus.PUBLICITY,
        ClaimStatus.OBJECTION,
        ClaimStatus.CORRECTION,
    }
)


# Statuses in which a notice on the claim is there, or is being made.
NOTICED = frozenset({ClaimStatus.APPROVED, ClaimStatus.PAID, ClaimStatus.RECOGNISED, ClaimStatus.REJECTED})


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
    DECLINE = "decline", "不予受理"
    DISTRICT_PASS = "district_pass", "初审完成"
    DISTRICT_CONFIRM = "district_confirm", "复核通过"
    SEND_BACK = "send_back", "退回经办"
    CITY_PASS = "city_pass", "复审通过"
    REQUEST_CORRECTION = "request_correction", "退回补正"
    DECIDE = "decide", "审定支持"
    REJECT = "reject", "不予支持"
    PUBLICISE = "publicise", "列入公示"
    OBJECT = "object", "登记异议"
    DISMISS_OBJECTION = "dismiss_objection", "异议不成立"
    UPHOLD_OBJECTION = "uphold_objection", "异议成立"
    APPROVE = "approve", "公示期满批准"
    RECOGNISE = "recognise", "公示期满认定"
    RECORD_PAYMENT = "record_payment", "登记拨付"
    RECORD_RETURN = "record_return", "登记退票"
