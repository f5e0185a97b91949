"""The five levels of a rating (好差评), and where a bad one stands."""

from django.db import models

from portal.core.choices import StatusChoices


class Level(models.IntegerChoices):
    """How content an applicant was with how its matter was handled."""

    VERY_GOOD = 5, "非常满意"
    GOOD = 4, "满意"
    FAIR = 3, "基本满意"
    BAD = 2, "不满意"
    VERY_BAD = 1, "非常不满意"


# From this level down an officer answers.
BAD_LEVELS = frozenset({Level.BAD, Level.VERY_BAD})


class RatingState(StatusChoices):
    """Where a rating stands, written as `NAME = value, tone, label`; a good one is only received."""

    RECEIVED = "received", "ok", "已收到"
    OPEN = "open", "warn", "待回复"
    ANSWERED = "answered", "ok", "已回复"
