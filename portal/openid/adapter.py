"""What may come of a sign-in through a provider: an account that is linked, or the question for its password."""

import hmac
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import redirect

from portal.openid.statements import kept_claims

# Where in the session a sign-in waits until its person has given the password of their account.
WAITING = "openid_waiting"


class SocialAdapter(DefaultSocialAccountAdapter):
    """Nobody signs up through a provider, and nobody is linked without their password."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Check the nonce, keep no more of the person than is used, and ask for the password the first time.

        Raises PermissionDenied, which the package shows as a failed sign-in.
        """
        data: dict[str, Any] = sociallogin.account.extra_data
        token = data.get("id_token") or {}
        expected = str(sociallogin.state.get("nonce", ""))
        if not expected or not hmac.compare_digest(str(token.get("nonce", "")), expected):
            raise PermissionDenied("The nonce is another.")
        if sociallogin.state.get("process") != "login":
            raise PermissionDenied("Accounts are linked by their password only.")
        sociallogin.account.extra_data = kept_claims({**token, **(data.get("userinfo") or {})})
        if sociallogin.is_existing:
            sociallogin.account.save(update_fields=["extra_data"])
            return
        request.session[WAITING] = sociallogin.serialize()
        raise ImmediateHttpResponse(redirect("openid_link"))
