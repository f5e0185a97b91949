"""The form in which an office words a kind of its notices."""

import uuid

from django import forms

from portal.core.fields import TextField
from review.wordings.language import LONGEST


class WordingForm(forms.Form):
    """A template; its key makes a double click one proposal."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    text = TextField(
        label="正文",
        max_length=LONGEST,
        rows=16,
        required=False,
        help_text="每行一段。字段和条件按说明书写；留空恢复标准模板。",
    )
