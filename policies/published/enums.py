"""States of a policy document."""

from django.db import models

from policies.engine.terms import DOCUMENT_STATUSES as _NAMES
from portal.core.choices import StatusChoices


class DocumentStatus(StatusChoices):
    """The engine's statuses under the engine's names; applicants read of a draft what it is good for."""

    DRAFT = "draft", "warn", f"{_NAMES['draft']} 仅供测算", _NAMES["draft"]
    IN_FORCE = "in_force", "ok", _NAMES["in_force"], _NAMES["in_force"]
    REPEALED = "repealed", "neutral", _NAMES["repealed"], _NAMES["repealed"]
    ENDED = "ended", "neutral", _NAMES["ended"], _NAMES["ended"]


class TextOrigin(models.TextChoices):
    """Where a published text was written."""

    PACKAGE = "package", "随系统提供"
    BROWSER = "browser", "在线拟订"
