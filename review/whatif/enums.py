"""What may be simulated, over which claims, and the states of a simulation."""

from django.db import models

from portal.core.choices import StatusChoices

# The form of stored results; counted up when they change.
FORMAT = 1


class RunState(StatusChoices):
    QUEUED = "queued", "info", "排队中"
    RUNNING = "running", "wait", "测算中"
    DONE = "done", "ok", "已完成"
    FAILED = "failed", "bad", "未完成"
    CANCELLED = "cancelled", "neutral", "已取消"


OPEN_STATES = frozenset({RunState.QUEUED, RunState.RUNNING})


class ChangeKind(models.TextChoices):
    """What is held against the rules in force."""

    PUBLISHED = "published", "现行政策，不作改动"
    ITEM = "item", "调整一个事项"
    READINGS = "readings", "调整一份文件的解读"
    ISSUE = "issue", "征求意见稿按施行测算"
    DRAFT = "draft", "政策草案"


class Source(models.TextChoices):
    """Over which claims: those that were filed, or a population made up for the purpose."""

    STORED = "stored", "已存申报"
    GENERATED = "generated", "模拟人群"
