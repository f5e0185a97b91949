"""Stages of review and what an officer can conclude."""

from django.db import models


class Stage(models.TextChoices):
    """One duty each; nobody concludes two of them on the same claim."""

    ACCEPTANCE = "acceptance", "受理"
    DISTRICT_FIRST = "district_first", "区级初审"
    DISTRICT_SECOND = "district_second", "区级复核"
    CITY = "city", "市级复审"
    AUDIT = "audit", "第三方审计"
    PANEL = "panel", "专家评审"
    FINAL = "final", "审定"


class Conclusion(models.TextChoices):
    SUPPORT = "support", "支持"
    CORRECT = "correct", "退回补正"
    SEND_BACK = "send_back", "退回经办"
    REFUSE = "refuse", "不予支持"

    def label_at(self, stage: Stage | str | None) -> str:
        """The officers' word for this conclusion at a stage: acceptance decides whether to review, not on support."""
        return _LABELS_AT.get((self, stage), str(self.label))

    @property
    def tone(self) -> str:
        """The colour of its pill."""
        return {Conclusion.SUPPORT: "ok", Conclusion.REFUSE: "bad"}.get(self, "warn")


_LABELS_AT: dict[tuple[Conclusion, Stage | str | None], str] = {
    (Conclusion.SUPPORT, Stage.ACCEPTANCE): "受理",
    (Conclusion.REFUSE, Stage.ACCEPTANCE): "不予受理",
    (Conclusion.REFUSE, Stage.DISTRICT_FIRST): "建议不予支持",
    (Conclusion.SEND_BACK, Stage.CITY): "退回区级重审",
    (Conclusion.SEND_BACK, Stage.AUDIT): "退回重审",
    (Conclusion.SEND_BACK, Stage.PANEL): "退回重审",
    (Conclusion.SEND_BACK, Stage.FINAL): "退回重审",
}


class CreditResult(models.TextChoices):
    CLEAR = "clear", "无失信记录"
    MINOR = "minor", "一般失信"
    SERIOUS = "serious", "严重失信"
    DISSOLVED = "dissolved", "注销或破产"


BLOCKING_CREDIT = frozenset({CreditResult.SERIOUS, CreditResult.DISSOLVED})


class ObjectionState(models.TextChoices):
    OPEN = "open", "核实中"
    DISMISSED = "dismissed", "不成立"
    UPHELD = "upheld", "成立"
    REDECIDED = "redecided", "部分成立，重新审定"


class RefusalGround(models.TextChoices):
    """Why a claim is not supported; officers choose one or more and add words of their own."""

    NOT_ELIGIBLE = "not_eligible", "申报主体不属于支持对象"
    CONDITION = "condition", "不符合支持条件"
    EVIDENCE = "evidence", "佐证材料不能证明申报内容"
    DUPLICATE = "duplicate", "同一事项已获支持或重复申报"
    LIMIT = "limit", "已达到支持限额或次数"
    CREDIT = "credit", "严重失信，或主体已注销、破产"
    FALSE = "false", "申报内容与事实不符"
    OTHER = "other", "其他原因（请在说明中写明）"


class DeclineGround(models.TextChoices):
    """Why a claim is not taken up for review (不予受理)."""

    NOT_HERE = "not_here", "申报单位注册地不在本区县"
    NOT_OPEN = "not_open", "不在申报期限内"
    NOT_ELIGIBLE = "not_eligible", "申报主体不属于支持对象"
    NOT_COVERED = "not_covered", "申报内容不属于该事项的支持范围"
    UNCORRECTED = "uncorrected", "材料不全，经告知后未按期补正"
    OTHER = "other", "其他原因（请在说明中写明）"
