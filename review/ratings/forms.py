"""Forms of a rating and of its answer."""

from django import forms

from portal.core.fields import TextField
from portal.core.filters import FilterForm
from review.ratings.enums import BAD_LEVELS, Level, RatingState


class RatingForm(forms.Form):
    """How content the applicant was; who was not says why."""

    level = forms.TypedChoiceField(
        label="您对本次办理是否满意", coerce=int, choices=Level.choices, widget=forms.RadioSelect
    )
    text = TextField(
        label="意见和建议",
        max_length=500,
        required=False,
        rows=3,
        help_text="不满意时请写明具体情况，办理部门会在十五个工作日内核实并回复您。",
    )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if cleaned.get("level") in BAD_LEVELS and not cleaned.get("text"):
            self.add_error("text", "请写明不满意之处，办理部门会逐条核实并回复您。")
        return cleaned


class AnswerForm(forms.Form):
    """What the office found and did."""

    answer = TextField(
        label="回复", max_length=1000, rows=4, help_text="申报单位将看到这些文字：核实情况、处理结果和改进措施。"
    )


class RatingFilterForm(FilterForm):
    """Which ratings of the region."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *RatingState.choices])
    level = forms.TypedChoiceField(
        label="评价", required=False, coerce=int, empty_value=None, choices=[("", "全部"), *Level.choices]
    )
