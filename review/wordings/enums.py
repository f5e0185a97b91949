"""What an office words of its notices."""

from django.db import models

from review.notices.enums import BEFORE_REVIEW, NoticeKind

# Kinds that decide something about somebody: what they say is itself open to reconsideration and suit. The others are
# steps on the way, open to them only where the office's conduct harms somebody.
DECIDING = frozenset(NoticeKind) - (BEFORE_REVIEW - {NoticeKind.DECLINED}) - {NoticeKind.PAYMENT}


class Part(models.TextChoices):
    """The parts that offices worded one by one before they worded whole letters; old rows name theirs."""

    OPENING = "opening", "开头"
    REMEDIES = "remedies", "救济途径"
    CONTACT = "contact", "联系方式"
    CLOSING = "closing", "结尾"


class Trial(models.TextChoices):
    """The notices of nobody that a template is tried on."""

    SAMPLE = "sample", "一般的通知书"
    FULL = "full", "一页能容的最多内容"
    HARDEST = "hardest", "最难的通知书"
