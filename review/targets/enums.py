"""Where a measured value comes from, how a target stands, and how a duty of a plan stands."""

from django.db import models


class SourceKind(models.TextChoices):
    """Where a measured value was read."""

    DOCUMENT = "document", "文件、报告"
    STATISTICS = "statistics", "统计数据"
    WEB = "web", "网页"
    PLATFORM = "platform", "平台数据"


class Verdict(models.TextChoices):
    """How a target stands. Met and missed are the engine's words; only the day decides what a miss means."""

    MET = "met", "已达成"
    OPEN = "open", "推进中"
    MISSED = "missed", "未达成"
    UNDECIDED = "undecided", "尚不能判定"
    UNMEASURED = "unmeasured", "尚未测量"


VERDICT_TONES = {
    Verdict.MET: "ok",
    Verdict.OPEN: "info",
    Verdict.MISSED: "bad",
    Verdict.UNDECIDED: "warn",
    Verdict.UNMEASURED: "neutral",
}


class ProgressState(models.TextChoices):
    """What an officer reports of a phase or duty."""

    NOT_BEGUN = "not_begun", "未开始"
    UNDER_WAY = "under_way", "进行中"
    DONE = "done", "已完成"


class Standing(models.TextChoices):
    """How a phase or duty stands on a day: what was reported, or late where its days are over."""

    AHEAD = "ahead", "未到时间"
    NOT_BEGUN = "not_begun", "未开始"
    UNDER_WAY = "under_way", "进行中"
    DONE = "done", "已完成"
    LATE = "late", "已逾期"


STANDING_TONES = {
    Standing.AHEAD: "neutral",
    Standing.NOT_BEGUN: "warn",
    Standing.UNDER_WAY: "info",
    Standing.DONE: "ok",
    Standing.LATE: "bad",
}
