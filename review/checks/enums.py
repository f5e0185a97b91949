"""Steps at which checks run, how grave a finding is, and what officers answer."""

from django.db import models

from applications.claims.enums import ClaimStatus
from portal.core.choices import StatusChoices


class Step(models.TextChoices):
    """A step of the procedure before which checks run; the stages of review under their own values."""

    ACCEPTANCE = "acceptance", "受理"
    DISTRICT_FIRST = "district_first", "区级初审"
    DISTRICT_SECOND = "district_second", "区级复核"
    CITY = "city", "市级复审"
    AUDIT = "audit", "第三方审计"
    PANEL = "panel", "专家评审"
    FINAL = "final", "审定"
    APPROVAL = "approval", "公示期满批准"
    PAYMENT = "payment", "拨付"


STEP_OF: dict[str, Step] = {
    ClaimStatus.SUBMITTED: Step.ACCEPTANCE,
    ClaimStatus.DISTRICT_REVIEW: Step.DISTRICT_FIRST,
    ClaimStatus.DISTRICT_CONFIRMATION: Step.DISTRICT_SECOND,
    ClaimStatus.CITY_REVIEW: Step.CITY,
    ClaimStatus.AUDIT: Step.AUDIT,
    ClaimStatus.PANEL: Step.PANEL,
    ClaimStatus.FINAL_DECISION: Step.FINAL,
    ClaimStatus.AWAITING_PUBLICITY: Step.APPROVAL,
    ClaimStatus.PUBLICITY: Step.APPROVAL,
    ClaimStatus.OBJECTION: Step.APPROVAL,
    ClaimStatus.APPROVED: Step.PAYMENT,
}
EVERY_STEP = frozenset(Step)
# Who accepts a claim looks at its completeness; what needs judging waits for the review.
FROM_REVIEW = EVERY_STEP - {Step.ACCEPTANCE}
FROM_DECISION = frozenset({Step.FINAL, Step.APPROVAL, Step.PAYMENT})


class Severity(StatusChoices):
    """How grave a finding is, written as `NAME = value, tone, label`; the order is that of gravity."""

    OFF = "off", "neutral", "不核查"
    NOTICE = "notice", "info", "提示"
    QUESTION = "question", "warn", "须答复"
    BLOCKING = "blocking", "bad", "阻断"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


class Outcome(StatusChoices):
    """How a check ended on a claim."""

    PASSED = "passed", "ok", "通过"
    FOUND = "found", "warn", "有疑点"
    UNCHECKED = "unchecked", "wait", "未能核查"


class Verdict(models.TextChoices):
    """What an officer answers to a finding; only a supervisor lets a blocking one pass."""

    VERIFIED = "verified", "已核实，不影响支持"
    CORRECT = "correct", "属实，已在意见中处理"
    INCORRECT = "incorrect", "不属实"
    OVERRIDE = "override", "予以放行"


class SheetState(StatusChoices):
    """Where an uploaded sheet stands, written as `NAME = value, tone, label`."""

    READING = "reading", "wait", "正在读取"
    WAITING = "waiting", "wait", "待复核"
    IN_FORCE = "in_force", "ok", "可用"
    FAILED = "failed", "bad", "未采用"


class SettingState(StatusChoices):
    """Where a proposed setting stands, written as `NAME = value, tone, label`."""

    PROPOSED = "proposed", "wait", "待第二人确认"
    CONFIRMED = "confirmed", "ok", "已确认"
    REFUSED = "refused", "neutral", "未采纳"
