"""States of a policy document."""

from django.db import models


class DocumentStatus(models.TextChoices):
    DRAFT = "draft", "征求意见稿"
    IN_FORCE = "in_force", "现行有效"
    REPEALED = "repealed", "已废止"
    ENDED = "ended", "已到期"


class TextOrigin(models.TextChoices):
    """Where a published text was written."""

    PACKAGE = "package", "随系统提供"
    BROWSER = "browser", "在线拟订"
