"""The form of a new token."""

from django import forms

from portal.core.fields import LineField


class TokenForm(forms.Form):
    """What the token is for, so that its owner knows later which to revoke."""

    label = LineField(label="用途", max_length=60, help_text="例如：财务系统每日同步。方便以后辨认和停用。")
    days = forms.TypedChoiceField(
        label="有效期",
        coerce=int,
        initial=365,
        choices=[(30, "30 天"), (90, "90 天"), (180, "180 天"), (365, "一年")],
        help_text="修改密码或任职变动后，令牌立即失效，须重新创建。",
    )
