"""Find tokens."""

from __future__ import annotations

import hashlib

from portal.api.models import ApiToken


def hash_token(secret: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find_token(secret: str) -> ApiToken | None:
    """The token in use whose secret this is, with its owner; None where it was revoked or the owner may not sign in.

    Looked up by hash: how long the look-up takes says nothing about the secret.
    """
    found = ApiToken.objects.select_related("user").filter(token_hash=hash_token(secret))
    return found.filter(revoked_at=None, user__is_active=True).first()
