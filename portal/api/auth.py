"""Who asks: the token of a request. A session's cookie counts for nothing here, so that no other site can use it."""

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from portal.accounts.models import User
from portal.api.models import ApiToken
from portal.api.selectors import find_token
from portal.api.services import note_use


class TokenAuth(HttpBearer):
    """Wants `Authorization: Bearer <token>` of a token in use; looks it up once a request and notes its use."""

    def __call__(self, request: HttpRequest) -> ApiToken | None:
        if not hasattr(request, "api_token"):
            request.api_token = super().__call__(request)  # type: ignore[attr-defined]
        found: ApiToken | None = request.api_token  # type: ignore[attr-defined]
        return found

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found = find_token(token) if token else None
        if found is not None:
            note_use(found, on=timezone.localdate())
        return found


token_of = TokenAuth()


def caller(request: HttpRequest) -> User:
    """Whose token the request brought; for operations with `auth=token_of`."""
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    return token.user
