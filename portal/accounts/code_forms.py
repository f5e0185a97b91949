"""The sign-in package's forms that take a code, with labels that say which code.

Apart from `forms`: the package itself imports that module while it makes its own forms.
"""

from typing import Any

from allauth.account.forms import ConfirmEmailVerificationCodeForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms


class LabelledCode(forms.Form):
    """Names the code by `code_label`, for the label and for the empty field; says what to do about a wrong one."""

    code_label = "动态码"
    remedy = "请输入验证器上现在显示的 6 位数字；仍不对的，请核对手机时间。"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = self.code_label
        field.widget.attrs["placeholder"] = self.code_label

    def clean_code(self) -> str:
        """The code as the package checks it; its own words for a wrong one name no remedy."""
        try:
            return super().clean_code()  # type: ignore[misc]  # the package's form, which every subclass adds
        except forms.ValidationError as error:
            if error.code != "incorrect_code":
                raise
            raise forms.ValidationError(f"{self.code_label}不对。{self.remedy}", code=error.code) from error


class EmailCodeForm(LabelledCode, ConfirmEmailVerificationCodeForm):
    """The code mailed to a new address."""

    code_label = "邮箱验证码"
    remedy = "请核对最近收到的一封邮件，或重新发送。"


class FirstTotpForm(LabelledCode, ActivateTOTPForm):
    """The first code of a new authenticator."""


class TotpForm(LabelledCode, AuthenticateForm):
    """The code at signing in: of the authenticator, or a recovery code."""

    code_label = "动态码或备用码"


class TotpAgainForm(LabelledCode, ReauthenticateForm):
    """The same before a change to the account."""

    code_label = "动态码或备用码"
