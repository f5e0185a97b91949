"""The parts of a notice that an office words itself."""

from django.db import models

from review.notices.enums import BEFORE_REVIEW, NoticeKind


class Part(models.TextChoices):
    """Parts in the order of the letter; the decision with its facts, basis and sum is none of them."""

    OPENING = "opening", "开头"
    REMEDIES = "remedies", "救济途径"
    CONTACT = "contact", "联系方式"
    CLOSING = "closing", "结尾"


# Kinds that burden nobody name no remedies.
_WITHOUT_REMEDIES = (BEFORE_REVIEW - {NoticeKind.DECLINED}) | {NoticeKind.PAYMENT}


def parts_of(kind: NoticeKind) -> list[Part]:
    """The parts that a kind of notice has."""
    return [part for part in Part if part != Part.REMEDIES or kind not in _WITHOUT_REMEDIES]
