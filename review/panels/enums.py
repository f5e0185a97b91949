"""States of a panel and of its members, and how equal scores are told apart."""

from django.db import models

from portal.core.choices import StatusChoices


class PanelState(StatusChoices):
    FORMING = "forming", "neutral", "待抽取专家"
    DRAWN = "drawn", "wait", "待回避申报"
    SCORING = "scoring", "info", "评分中"
    SCORED = "scored", "wait", "待组长确认"
    CONFIRMED = "confirmed", "ok", "评审完成"
    CANCELLED = "cancelled", "bad", "已取消"


OPEN_STATES = (PanelState.FORMING, PanelState.DRAWN, PanelState.SCORING, PanelState.SCORED)


class PanelAction(models.TextChoices):
    DRAW = "draw", "抽取专家"
    OPEN = "open", "开始评分"
    CLOSE = "close", "结束评分"
    REOPEN = "reopen", "退回评分"
    CONFIRM = "confirm", "确认结果"
    CANCEL = "cancel", "取消评审"


class SeatState(StatusChoices):
    """Where a member of a panel stands."""

    INVITED = "invited", "wait", "待申报回避"
    READY = "ready", "info", "评分中"
    HANDED_IN = "handed_in", "ok", "已提交评分"
    LEFT = "left", "neutral", "已退出"


class SeatAction(models.TextChoices):
    DECLARE = "declare", "申报回避"
    HAND_IN = "hand_in", "提交评分"
    GIVE_BACK = "give_back", "退回评分"
    LEAVE = "leave", "退出评审"


class TieRule(models.TextChoices):
    """Who comes first of equal scores, and who passes where they stand at the end of the places."""

    SHARED = "shared", "并列同一名次，末位并列的一并入选"
    NONE = "none", "并列同一名次，末位并列超出名额的均不入选"
    FIRST_CRITERION = "first_criterion", "首项指标得分高者在前，仍相同的并列并一并入选"
    FILED = "filed", "先提交申报者在前"
