"""The forms of what an officer does to a claim beside concluding on it."""

from typing import Any

from django import forms
from django.conf import settings

from portal.core.fields import LineField
from review.decisions.services.locking import ExpectedState
from review.decisions.services.overdue import ABANDONED_REASON


class ReasonForm(forms.Form):
    """Why something is done beside the conclusions, with the state of the claim that the officer saw."""

    status = forms.CharField(widget=forms.HiddenInput)
    round = forms.IntegerField(widget=forms.HiddenInput)
    reason = LineField(
        label="原因", max_length=300, help_text="申报单位可见。", error_messages={"required": "请写明原因。"}
    )

    @property
    def expected(self) -> ExpectedState:
        return ExpectedState(self.cleaned_data["status"], self.cleaned_data["round"])


class TakeBackForm(ReasonForm):
    """Why a conclusion is taken back."""

    reason = LineField(
        label="原因", max_length=300, help_text="仅审核人员可见。", error_messages={"required": "请写明原因。"}
    )


class ProlongForm(ReasonForm):
    """More days for a correction."""

    workdays = forms.TypedChoiceField(
        label="延长", coerce=int, help_text="从原期限的次日起算；原期限已过的，从明日起算。"
    )
    field_order = ("status", "round", "workdays", "reason")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        longest = settings.CORRECTION_WORKDAYS
        self.fields["workdays"].choices = [  # type: ignore[attr-defined]
            (days, f"{days} 个工作日") for days in range(1, longest + 1)
        ]


class AbandonForm(ReasonForm):
    """Why a claim is closed whose correction was not handed in."""

    reason = LineField(
        label="原因",
        max_length=300,
        initial=ABANDONED_REASON,
        help_text="申报单位可见。",
        error_messages={"required": "请写明原因。"},
    )
