"""Choices that pages show as coloured labels."""

from typing import Self

from django.db import models


class StatusChoices(models.TextChoices):
    """Text choices with a tone, written as `NAME = value, tone, label`; `pill` lists the tones.

    Where applicants read another label than officials, it stands before theirs: `value, tone, applicant's, label`.
    """

    tone: str
    applicant_label: str

    def __new__(cls, value: str, tone: str = "neutral", applicant_label: str = "") -> Self:
        """A member whose database value is `value` alone."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.tone = tone
        member.applicant_label = applicant_label
        return member
