"""电子营业执照: a service that states, signed, whose electronic licence a person has just shown.

The person goes to `{url}/authorize` with `client_id`, `state`, `nonce` and `redirect_uri`, and comes back with `state`
and `code`. The portal exchanges the code at `{url}/assertion` for a JWT signed with the service's key: `aud`, `nonce`,
`iat`, `exp`, `uscc`, `name`, `legal_representative`.
"""

import hmac
import secrets
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import jwt
import requests
from django.conf import settings
from django.http import HttpRequest

from portal.core.errors import RefusedError
from portal.ownership.vouchers import Statement

_ALGORITHMS = ["RS256", "PS256", "ES256"]
_REQUIRED = ["aud", "iat", "exp", "nonce", "uscc", "name", "legal_representative"]
_SECONDS = 5
_OLDEST_SECONDS = 300
_SESSION = "licence_asked"
_OTHER_WAY = "请稍后再试，或上传营业执照和授权委托书核验。"


class LicenceVoucher:
    """Asks the service of electronic licences."""

    label = "电子营业执照"

    def is_enabled(self) -> bool:
        return bool(settings.ELECTRONIC_LICENCE["url"] and settings.ELECTRONIC_LICENCE["public_key"])

    def begin(self, request: HttpRequest, *, return_to: str) -> str:
        """The service's address, with a state and a nonce that stay in this browser's session."""
        asked = {"state": secrets.token_urlsafe(24), "nonce": secrets.token_urlsafe(24)}
        request.session[_SESSION] = asked
        query = asked | {"client_id": settings.ELECTRONIC_LICENCE["client_id"], "redirect_uri": return_to}
        return f"{settings.ELECTRONIC_LICENCE['url']}/authorize?{urlencode(query)}"

    def finish(self, request: HttpRequest) -> Statement:
        """What the service states, once. Raises RefusedError where it was not asked, is down, or its word is bad."""
        asked = request.session.pop(_SESSION, None) or {}
        state = request.GET.get("state", "")
        if not asked or not hmac.compare_digest(state.encode(), asked["state"].encode()):
            raise RefusedError("电子营业执照核验已过期，请重新开始。")
        claims = self._read(self._fetch(request.GET.get("code", "")), nonce=asked["nonce"])
        return Statement(
            uscc=str(claims["uscc"]),
            name=str(claims["name"]),
            legal_representative=str(claims["legal_representative"]),
            source=self.label,
            issued_at=datetime.fromtimestamp(int(claims["iat"]), UTC),
        )

    def _fetch(self, code: str) -> str:
        address = f"{settings.ELECTRONIC_LICENCE['url']}/assertion"
        sent = {"code": code, "client_id": settings.ELECTRONIC_LICENCE["client_id"]}
        try:
            answer = requests.post(address, data=sent, timeout=_SECONDS, allow_redirects=False)
            answer.raise_for_status()
            return str(answer.json()["assertion"])
        except (requests.RequestException, KeyError, TypeError) as error:
            raise RefusedError(f"电子营业执照服务暂时无法使用。{_OTHER_WAY}") from error

    def _read(self, assertion: str, *, nonce: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                assertion,
                settings.ELECTRONIC_LICENCE["public_key"],
                algorithms=_ALGORITHMS,
                audience=settings.ELECTRONIC_LICENCE["client_id"],
                options={"require": _REQUIRED},
            )
        except jwt.PyJWTError as error:
            raise RefusedError(f"电子营业执照返回的凭据无效。{_OTHER_WAY}") from error
        age = datetime.now(UTC).timestamp() - float(claims["iat"])
        if age > _OLDEST_SECONDS or not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise RefusedError(f"电子营业执照返回的凭据已过期或不是本次申请的。{_OTHER_WAY}")
        return claims
