"""How a span of days is set."""

from django.db import models


class SpanKind(models.TextChoices):
    """What the days of a span are."""

    REST = "rest", "放假"
    WORK = "work", "上班"
    WEEKDAYS = "weekdays", "按星期：周一至周五上班，周末休息"
