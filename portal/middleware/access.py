"""Closed by default: a view that does not declare who may enter is never run."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse

from portal.access import Rule, public, signed_in

# Views of packages, which cannot carry our decorator: their URL name → the rule they already enforce themselves.
PACKAGE_RULES: Mapping[str, Rule] = {
    "account_login": public,
    "account_logout": public,
    "account_signup": public,
    "account_inactive": public,
    "account_confirm_login_code": public,
    "account_reauthenticate": signed_in,
    "account_email": signed_in,
    "account_email_verification_sent": public,
    "account_confirm_email": public,
    "account_change_password": signed_in,
    "account_set_password": signed_in,
    "account_reset_password": public,
    "account_reset_password_done": public,
    "account_reset_password_from_key": public,
    "account_reset_password_from_key_done": public,
    "mfa_authenticate": public,
    "mfa_trust": public,
    "mfa_reauthenticate": signed_in,
    "mfa_index": signed_in,
    "mfa_activate_totp": signed_in,
    "mfa_deactivate_totp": signed_in,
    "mfa_view_recovery_codes": signed_in,
    "mfa_generate_recovery_codes": signed_in,
    "mfa_download_recovery_codes": signed_in,
    "usersessions_list": signed_in,
}


def declared_rule(view: Callable[..., Any], url_name: str | None) -> Rule | None:
    """The rule a view carries, or the one listed for a package's view; None where nobody declared any."""
    rule = getattr(view, "access_rule", None)
    return rule if rule is not None else PACKAGE_RULES.get(url_name or "")


class ClosedByDefaultMiddleware:
    """Refuse to run a view without a declared access rule."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> None:
        match = request.resolver_match
        if declared_rule(view, match.url_name if match else None) is None:
            raise ImproperlyConfigured(f"The view {view.__module__}.{view.__qualname__} declares no access rule.")
