"""Forms about people."""

from django import forms
from django.http import HttpRequest

from portal.accounts.models import User


class SignupForm(forms.Form):
    """What signing up asks beyond e-mail and password."""

    name = forms.CharField(label="姓名", max_length=40)
    phone = forms.CharField(label="手机号码", max_length=20, required=False)

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep the name with the new user; called by the sign-in package."""
        user.name = self.cleaned_data["name"]
        user.phone = self.cleaned_data["phone"]
        user.save(update_fields=["name", "phone"])
