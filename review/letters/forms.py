"""What a letter says."""

import uuid

from django import forms

from portal.core.fields import TextField
from review.letters.models import LONGEST


class LetterForm(forms.Form):
    """A text; its key makes a double click one letter. The files are read beside it."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    text = TextField(label="内容", max_length=LONGEST, rows=4)
