"""Find tokens."""

import hashlib
import hmac
from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.access import needs_second_factor
from portal.accounts.models import User
from portal.api.models import ApiToken


def hash_token(secret: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def fingerprint(password: str, appointments: Iterable[tuple[str, str]], *, secret: str | None = None) -> str:
    """What a token is bound to: its owner's stored password, and their roles with region codes."""
    held = ",".join(sorted(f"{role}:{region}" for role, region in appointments))
    return salted_hmac("portal.api.token", f"{password}|{held}", secret=secret, algorithm="sha256").hexdigest()


def fingerprint_of(user: User, *, secret: str | None = None) -> str:
    """The fingerprint that a person's tokens must have now."""
    held = [(appointment.role, appointment.region_id) for appointment in user.active_appointments]
    return fingerprint(user.password, held, secret=secret)


def is_in_use(token: ApiToken) -> bool:
    """Whether a token opens anything now: not revoked or expired, and of the owner's present password and duties."""
    if token.revoked_at is not None or token.expires_at <= timezone.now():
        return False
    keys = [None, *settings.SECRET_KEY_FALLBACKS]
    return any(hmac.compare_digest(token.fingerprint, fingerprint_of(token.user, secret=key)) for key in keys)


def find_token(secret: str) -> ApiToken | None:
    """The token in use whose secret this is, with its owner; None where it ended or the owner may not sign in.

    An official's opens nothing until the second factor is set up, as no page does. Looked up by hash: how long the
    look-up takes says nothing about the secret.
    """
    found = ApiToken.objects.select_related("user").filter(token_hash=hash_token(secret), user__is_active=True).first()
    return found if found and is_in_use(found) and not needs_second_factor(found.user) else None


def owned_tokens(user: User) -> list[tuple[ApiToken, bool]]:
    """A person's tokens, the newest first, each with whether it is in use."""
    tokens = list(ApiToken.objects.visible_to(user))
    for token in tokens:
        token.user = user
    return [(token, is_in_use(token)) for token in tokens]
