"""What is written on a paper besides what the records say."""

from django import forms

from portal.core.fields import LineField


class SigningForm(forms.Form):
    """Number and signer of a paper for a meeting, as the office's own register has them; either may be left open."""

    number = forms.IntegerField(label="文号（序号）", required=False, min_value=1, max_value=99999)
    signer = LineField(label="签发人", required=False, max_length=20)
