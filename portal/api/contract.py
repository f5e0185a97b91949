"""What the rooms' parts of the interface share: how an error is written, and how a token is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ninja import Schema
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer

if TYPE_CHECKING:
    from django.http import HttpRequest

    from portal.accounts.models import User


class Problem(Schema):
    """What is wrong in Chinese, and the field that it is about ("" where it is about none)."""

    error: str
    field: str


class TokenAuth(HttpBearer):
    """Asks for `Authorization: Bearer <token>`; the door has already looked the token up."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        return getattr(request, "token_user", None)


token_auth = TokenAuth()


def caller(request: HttpRequest) -> User:
    """Whose token the request brought. Raises AuthenticationError where there is none."""
    user: User | None = getattr(request, "token_user", None)
    if user is None:
        raise AuthenticationError
    return user
