"""Where a measured value comes from, how a target stands, and how a duty of a plan stands."""

from django.db import models

from portal.core.choices import StatusChoices


class SourceKind(models.TextChoices):
    """Where a measured value was read."""

    DOCUMENT = "document", "文件、报告"
    STATISTICS = "statistics", "统计数据"
    WEB = "web", "网页"
    PLATFORM = "platform", "平台数据"


class Verdict(StatusChoices):
    """How a target stands. Met and missed are the engine's words; only the day decides what a miss means."""

    MET = "met", "ok", "已达成"
    OPEN = "open", "info", "推进中"
    MISSED = "missed", "bad", "未达成"
    UNDECIDED = "undecided", "warn", "尚不能判定"
    UNMEASURED = "unmeasured", "neutral", "尚未测量"


class ProgressState(models.TextChoices):
    """What an officer reports of a phase or duty."""

    NOT_BEGUN = "not_begun", "未开始"
    UNDER_WAY = "under_way", "进行中"
    DONE = "done", "已完成"


class Standing(StatusChoices):
    """How a phase or duty stands on a day: what was reported, or late where its days are over."""

    AHEAD = "ahead", "neutral", "未到时间"
    NOT_BEGUN = "not_begun", "warn", "未开始"
    UNDER_WAY = "under_way", "info", "进行中"
    DONE = "done", "ok", "已完成"
    LATE = "late", "bad", "已逾期"
