"""The filters of the coverage register's page."""

from collections.abc import Iterable

from django import forms
from django.http import QueryDict

from policies.engine import Document
from policies.published.register import KINDS, RECORD
from portal.core.filters import FilterForm


class RegisterFilterForm(FilterForm):
    """Which document, and which kind of clause."""

    document = forms.ChoiceField(label="文件", required=False)
    kind = forms.ChoiceField(
        label="类别",
        required=False,
        choices=[("", "全部"), *KINDS.items(), (RECORD, "仅作记录（系统无法执行）")],
    )

    def __init__(self, data: QueryDict, *, documents: Iterable[Document]) -> None:
        super().__init__(data)
        cited = [(document.id, document.citation) for document in documents]
        self.fields["document"].choices = [("", "全部"), *cited]  # type: ignore[attr-defined]

    def narrowing(self) -> dict[str, str]:
        """What `read_register` takes. Raises FilterError."""
        return self.asked()
