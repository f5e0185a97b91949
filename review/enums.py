"""Stages of review and what an officer can conclude."""

from django.db import models


class Stage(models.TextChoices):
    """One duty each; nobody concludes two of them on the same claim."""

    ACCEPTANCE = "acceptance", "受理"
    DISTRICT_FIRST = "district_first", "区级初审"
    DISTRICT_SECOND = "district_second", "区级复核"
    CITY = "city", "市级复审"
    FINAL = "final", "审定"


class Conclusion(models.TextChoices):
    SUPPORT = "support", "支持"
    CORRECT = "correct", "退回补正"
    SEND_BACK = "send_back", "退回经办"
    REFUSE = "refuse", "不予支持"


class CreditResult(models.TextChoices):
    CLEAR = "clear", "无失信记录"
    MINOR = "minor", "一般失信"
    SERIOUS = "serious", "严重失信"
    DISSOLVED = "dissolved", "注销或破产"


class ObjectionState(models.TextChoices):
    OPEN = "open", "核实中"
    DISMISSED = "dismissed", "不成立"
    UPHELD = "upheld", "成立"
