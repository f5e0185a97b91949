"""Choices that pages show as coloured labels."""

from collections.abc import Callable
from functools import partial
from typing import Any, Self

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


class StateField(models.CharField):  # type: ignore[type-arg]
    """A column of states, one of `choices`, a class of TextChoices.

    It gives its model `is_<state>` for each of them, which templates ask instead of comparing codes, and the `tone` of
    the state where the choices have tones. What the model itself defines stays. To migrations it is a CharField.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        self.states = options.get("choices")
        super().__init__(*args, **options)

    def contribute_to_class(self, cls: type[models.Model], name: str, *args: Any, **options: Any) -> None:
        super().contribute_to_class(cls, name, *args, **options)
        states = self.states
        for value, _ in self.flatchoices:
            _give(cls, f"is_{value}", partial(_has_state, name, value))
        if isinstance(states, type) and issubclass(states, StatusChoices):
            _give(cls, "tone", lambda row: states(getattr(row, name)).tone)

    def deconstruct(self) -> Any:
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options


def _has_state(name: str, value: str, row: models.Model) -> bool:
    return bool(getattr(row, name) == value)


def _give(model: type[models.Model], name: str, read: Callable[[Any], Any]) -> None:
    if not hasattr(model, name):
        setattr(model, name, property(read))
