"""The form of a new token."""

from django import forms


class TokenForm(forms.Form):
    """What the token is for, so that its owner knows later which to revoke."""

    label = forms.CharField(label="用途", max_length=60, help_text="例如：财务系统每日同步。方便以后辨认和停用。")
