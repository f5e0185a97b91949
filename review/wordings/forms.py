"""The form in which an office words a part of its notices."""

import uuid

from django import forms

from portal.core.fields import TextField
from review.wordings.language import LONGEST


class WordingForm(forms.Form):
    """A text for a part; its key makes a double click one proposal."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    text = TextField(
        label="文字",
        max_length=LONGEST,
        rows=6,
        required=False,
        help_text="每行一段。字段和条件按下面的说明书写；留空恢复标准文字。",
    )
