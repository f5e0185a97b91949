"""The sign-in package's provider of OpenID Connect, held to what the standard leaves to the client.

Beyond the package: the ID token must be there and its signature right whatever way it came, the issuer is the one that
the settings name, a nonce binds the token to the browser that asked (OpenID Connect Core 1.0, 3.1.3.7 and 5.3.2), and
a provider that cannot be reached is an error with words.
"""

import secrets
from typing import Any

from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

# What a token may be signed with: never a shared secret, never nothing.
_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})


class OpenIDAdapter(OpenIDConnectOAuth2Adapter):
    """Reads the provider's configuration and its tokens."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """The provider's own description. Raises OAuth2Error for one of another issuer."""
        config: dict[str, Any] = super().openid_config
        configured = self.get_provider().app.settings["server_url"].rstrip("/")
        if str(config.get("issuer", "")).rstrip("/") != configured:
            raise OAuth2Error("The provider names another issuer than the settings.")
        return config

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("The provider sent no ID token.")
        login = super().complete_login(request, app, token, **kwargs)
        data = login.account.extra_data
        if "userinfo" in data and data["userinfo"].get("sub") != data["id_token"].get("sub"):
            raise OAuth2Error("The token and the user information are of two people.")
        return login

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            header = jwtkit.jwt.get_unverified_header(id_token)
        except jwtkit.jwt.PyJWTError as error:
            raise OAuth2Error("The ID token cannot be read.") from error
        if header.get("alg") not in _ALGORITHMS or "kid" not in header:
            raise OAuth2Error("The ID token is signed in a way that is not accepted.")
        config = self.openid_config
        found: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=config["jwks_uri"],
            issuer=config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return found

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return str(build_absolute_uri(request, reverse("openid_callback", args=[self.provider_id])))


class OpenIDProvider(OpenIDConnectProvider):
    """A provider that the settings name."""

    id = "openid"
    name = "OpenID Connect"
    oauth2_adapter_class = OpenIDAdapter
    pkce_enabled_default = True
    supports_token_authentication = False

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        """Send the browser to the provider, with a nonce that its token must bring back."""
        nonce = secrets.token_urlsafe(24)
        params = (kwargs.pop("auth_params", None) or self.get_auth_params()) | {"nonce": nonce}
        answer: HttpResponse = super().redirect(
            request, process, next_url, data, auth_params=params, nonce=nonce, **kwargs
        )
        return answer


provider_classes = [OpenIDProvider]
