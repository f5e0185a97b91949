"""What a sample is drawn from, how sure it is to be, and what a second look came to."""

from django.db import models

from portal.core.choices import StatusChoices


class Source(models.TextChoices):
    """By whom the conclusions were made from which a sample is drawn."""

    ALL = "all", "全部意见"
    PEOPLE = "people", "人员办理的意见"
    RULE = "rule", "按规则办理的意见"


class Confidence(models.IntegerChoices):
    """How sure the rate is to lie within its margin, in percent."""

    NINETY = 90, "90%"
    NINETY_FIVE = 95, "95%"
    NINETY_NINE = 99, "99%"


class CaseState(StatusChoices):
    """Where a drawn conclusion stands, written as `NAME = value, tone, label`."""

    OPEN = "open", "wait", "待复核"
    AGREED = "agreed", "ok", "一致"
    DIFFERED = "differed", "bad", "不一致"
