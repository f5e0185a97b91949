"""How a finished simulation is looked at, and which two are compared."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from portal.core.fields import YuanField
from portal.core.filters import FilterForm
from portal.core.money import format_yuan
from review.whatif.models import SimulationRun
from review.whatif.report import MOST_TAKE_UP


class ReportForm(FilterForm):
    """What a report is looked at with: a take-up and a yearly budget."""

    take_up = forms.IntegerField(required=False, min_value=0, max_value=MOST_TAKE_UP)
    budget = YuanField(label="年度预算（元）", required=False)

    def __init__(self, data: QueryDict, *, run: SimulationRun, **options: Any) -> None:
        self.run = run
        self.default_take_up = 100 if run.is_generated else 0
        # What is not asked for is shown as it is taken: a slider without a value would stand in its middle.
        asked = data.copy()
        asked.setdefault("take_up", str(self.default_take_up))
        asked.setdefault("budget", "" if run.budget is None else format_yuan(run.budget))
        super().__init__(asked, **options)
        take_up = self.fields["take_up"]
        take_up.label = "参与率（%）" if run.is_generated else "假设新增申报（已存申报的 %）"
        take_up.widget = forms.NumberInput(
            attrs={"type": "range", "min": 0, "max": MOST_TAKE_UP, "step": 5, "class": "form-range"}
        )

    @property
    def per_cent(self) -> int:
        """Per cent: of a made population those who file, of stored claims those that come on top."""
        typed = self.cleaned_data.get("take_up")
        return self.default_take_up if typed is None else int(typed)

    @property
    def yearly_budget(self) -> Decimal | None:
        """The budget asked for here, or else the run's."""
        typed = self.cleaned_data.get("budget")
        return typed if typed is not None and typed > 0 else self.run.budget


class CompareForm(forms.Form):
    """Two finished runs."""

    a = forms.TypedChoiceField(label="方案一", coerce=uuid.UUID)
    b = forms.TypedChoiceField(label="方案二", coerce=uuid.UUID)

    def __init__(
        self, data: MultiValueDict[str, Any] | None = None, *, runs: Sequence[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(data, **options)
        for name in ("a", "b"):
            self.fields[name].choices = list(runs)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if asked.get("a") and asked.get("a") == asked.get("b"):
            raise forms.ValidationError("请选择两次不同的模拟。")
        return asked
