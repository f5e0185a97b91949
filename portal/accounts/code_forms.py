"""The sign-in package's forms that take a code, with labels that say which code.

Apart from `forms`: the package itself imports that module while it makes its own forms.
"""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ConfirmEmailVerificationCodeForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms


class LabelledCode(forms.Form):
    """Names the code by `code_label`, for the label and for the empty field."""

    code_label = "动态码"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = self.code_label
        field.widget.attrs["placeholder"] = self.code_label


class EmailCodeForm(LabelledCode, ConfirmEmailVerificationCodeForm):
    """The code mailed to a new address."""

    code_label = "邮箱验证码"


class FirstTotpForm(LabelledCode, ActivateTOTPForm):
    """The first code of a new authenticator."""


class TotpForm(LabelledCode, AuthenticateForm):
    """The code at signing in: of the authenticator, or a recovery code."""

    code_label = "动态码或备用码"


class TotpAgainForm(LabelledCode, ReauthenticateForm):
    """The same before a change to the account."""

    code_label = "动态码或备用码"
