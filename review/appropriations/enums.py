"""States and actions of allocations and of appropriations."""

from django.db import models

from portal.core.choices import StatusChoices


class AllocationState(StatusChoices):
    """How far an allocation by factors is."""

    DRAFT = "draft", "neutral", "编制中"
    COMPUTED = "computed", "info", "待复核"
    CHECKED = "checked", "wait", "待下达"
    ISSUED = "issued", "ok", "已下达"


class AppropriationState(StatusChoices):
    """How far a document is that gives money to districts."""

    DRAFT = "draft", "info", "待复核"
    CHECKED = "checked", "wait", "待下达"
    ISSUED = "issued", "ok", "已下达"
    RECALLED = "recalled", "bad", "已收回"


class Action(models.TextChoices):
    """What people do with either."""

    COMPUTE = "compute", "测算"
    CHECK = "check", "复核通过"
    RETURN = "return", "退回修改"
    ISSUE = "issue", "下达"
    RECALL = "recall", "收回"
