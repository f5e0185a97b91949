"""States of a policy document."""

from django.db import models

from portal.core.choices import StatusChoices


class DocumentStatus(StatusChoices):
    DRAFT = "draft", "warn", "征求意见稿 仅供测算", "征求意见稿"
    IN_FORCE = "in_force", "ok", "现行有效", "现行有效"
    REPEALED = "repealed", "neutral", "已废止", "已废止"
    ENDED = "ended", "neutral", "已到期", "已到期"


class TextOrigin(models.TextChoices):
    """Where a published text was written."""

    PACKAGE = "package", "随系统提供"
    BROWSER = "browser", "在线拟订"
