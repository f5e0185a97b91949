"""Who signs in, by the packages' checks of passwords; and one way to read the person of a session."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.backends import ModelBackend

from portal.accounts.models import User


class _Recalling(ModelBackend):
    def get_user(self, user_id: int) -> User | None:
        """The person of a session with their standing; None where the account is closed or gone."""
        user = User.recalled(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None


class PasswordBackend(_Recalling):
    """Knows a person by address and password."""


class SignInBackend(_Recalling, AuthenticationBackend):
    """Knows a person as the sign-in package does."""
