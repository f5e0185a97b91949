"""What narrows the list of jobs."""

from django import forms

from portal.core.fields import SearchField
from portal.core.filters import FilterForm
from portal.jobs.enums import JobState
from portal.jobs.kinds import JOB_KINDS
from portal.jobs.selectors import JobFilter


def _kind_choices() -> list[tuple[str, str]]:
    return [("", "全部"), *((kind, entry.label) for kind, entry in JOB_KINDS.items())]


class JobFilterForm(FilterForm):
    """The bar above the list."""

    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *JobState.choices], required=False)
    kind = forms.ChoiceField(label="种类", choices=_kind_choices, required=False)
    text = SearchField(
        label="查找",
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "标识或错误文字的一部分"}),
    )

    def to_filter(self) -> JobFilter:
        """What was asked. Raises FilterError."""
        return JobFilter(**self.asked())
