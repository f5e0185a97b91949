"""Forms about one's own data."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.html import format_html

from portal.accounts.models import User


def _agreed() -> str:
    return format_html('我已阅读并同意<a href="{}" target="_blank">《个人信息保护说明》</a>。', reverse("privacy"))


class ConsentForm(forms.Form):
    """Agree to the notice, and, as the law asks, apart from it to the handling of sensitive data."""

    consent = forms.BooleanField(label=lazy(_agreed, str)(), error_messages={"required": "请阅读并勾选同意后再继续。"})
    sensitive_consent = forms.BooleanField(
        label="我单独同意处理公民身份号码和银行账号，只用于核对身份、查重和拨付资金。",
        error_messages={"required": "办理申报和拨付必须使用这些信息，请勾选同意后再继续。"},
    )


class PasswordForm(forms.Form):
    """One's password again, before something that nobody else may do at a computer left open."""

    password = forms.CharField(
        label="登录密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="为确认是您本人，请再输入一次。",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        # Who signs in by another provider has none here, and has just signed in there.
        if not user.has_usable_password():
            del self.fields["password"]

    def clean_password(self) -> str:
        """Refuse a wrong one."""
        given: str = self.cleaned_data["password"]
        if not self.user.check_password(given):
            raise forms.ValidationError("密码不正确，请重新输入。")
        return given


class CloseForm(PasswordForm):
    """The password, and that one knows what closing means."""

    sure = forms.BooleanField(
        label="我知道注销后不能再登录，也不能恢复。", error_messages={"required": "请勾选后再注销。"}
    )
