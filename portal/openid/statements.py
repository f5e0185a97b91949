"""What a provider's claims say of an organisation, read by names that the settings give."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from portal.ownership.vouchers import Statement


def kept_claims(claims: Mapping[str, Any]) -> dict[str, Any]:
    """The claims that are used: who signed in, and what is said of an organisation."""
    names = {"sub", "iat", *settings.OPENID_ORGANISATION_CLAIMS.values()}
    return {name: claims[name] for name in sorted(names) if name in claims}


def statement_of(claims: Mapping[str, Any], *, source: str) -> Statement | None:
    """What is said of an organisation; None where the claims lack its code or its name."""
    named = settings.OPENID_ORGANISATION_CLAIMS
    values = {field: str(claims.get(name) or "").strip() for field, name in named.items()}
    if not values["uscc"] or not values["name"]:
        return None
    return Statement(**values, source=source, issued_at=datetime.fromtimestamp(int(claims.get("iat", 0)), UTC))
