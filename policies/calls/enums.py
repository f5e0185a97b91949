"""States of a call, where it stands at a moment, and what can become of it once it is published."""

from django.db import models

from portal.core.choices import StatusChoices


class CallState(models.TextChoices):
    """What an administrator made of a call. Whether it is open is a question of the time, and stored nowhere."""

    DRAFTED = "drafted", "草稿"
    PUBLISHED = "published", "已发布"
    WITHDRAWN = "withdrawn", "已撤销"


class Phase(StatusChoices):
    """Where a call stands at a moment."""

    DRAFTED = "drafted", "neutral", "草稿"
    UPCOMING = "upcoming", "wait", "即将开放"
    OPEN = "open", "ok", "正在申报"
    CLOSED = "closed", "neutral", "已截止"
    WITHDRAWN = "withdrawn", "bad", "已撤销"


class ChangeKind(models.TextChoices):
    """What happened to a call from its publication on; the label stands on its public page."""

    PUBLISHED = "published", "发布"
    EXTENDED = "extended", "延长申报时间"
    CLOSED = "closed", "提前截止"
    AMENDED = "amended", "调整"
    WITHDRAWN = "withdrawn", "撤销"
