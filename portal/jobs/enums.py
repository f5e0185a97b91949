"""What a job may be, and what is done to it."""

from django.db.models import TextChoices

from portal.core.choices import StatusChoices


class JobState(StatusChoices):
    WAITING = "waiting", "info", "等待执行"
    RUNNING = "running", "wait", "执行中"
    DONE = "done", "ok", "已完成"
    DEAD = "dead", "bad", "失败，待人工处理"


class JobAction(TextChoices):
    LEASE = "lease", "执行"
    FINISH = "finish", "完成"
    POSTPONE = "postpone", "稍后再试"
    GIVE_UP = "give_up", "不再自动重试"
    RETRY = "retry", "重试"
    CLOSE = "close", "结束"
