"""The bar above the board, the sheet for many clients, and files for many claims."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms

from applications.claims.forms.actions import ImportForm
from policies.published.models import SupportItem
from portal.core.fields import SearchField
from portal.core.filters import FilterForm
from review.clients.selectors import WAITING


class BoardFilterForm(FilterForm):
    """Which clients."""

    q = SearchField(label="委托人名称或信用代码", required=False, max_length=60)
    waiting = forms.ChoiceField(label="待办", choices=[("", "全部"), *WAITING.items()], required=False)


class ManyForm(ImportForm):
    """A sheet with a column that names the client, and the item that all its lines claim."""

    field_order = ("key", "item", "file", "pasted")
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    item = forms.ChoiceField(label="申报的事项")

    def __init__(self, *args: Any, items: Sequence[SupportItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].choices = [(item.code, item.title) for item in items]  # type: ignore[attr-defined]
        self.fields["pasted"].help_text = "连同表头一起复制，表头中要有“委托人”一列。"
