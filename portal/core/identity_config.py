"""Settings of the providers that know people and organisations; each is off until its address is set."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


def openid_providers() -> dict[str, Any]:
    """SOCIALACCOUNT_PROVIDERS with the one provider that OPENID_SERVER_URL names (its issuer), or empty."""
    issuer = os.environ.get("OPENID_SERVER_URL", "").rstrip("/")
    if not issuer:
        return {}
    return {
        "openid": {
            "APPS": [
                {
                    "provider_id": "sso",
                    "name": os.environ.get("OPENID_NAME", "统一身份认证"),
                    "client_id": os.environ.get("OPENID_CLIENT_ID", ""),
                    "secret": os.environ.get("OPENID_CLIENT_SECRET", ""),
                    "settings": {"server_url": issuer},
                }
            ]
        }
    }


def organisation_claims() -> dict[str, str]:
    """Under which names the provider states an organisation's code, name and legal representative."""
    return {
        "uscc": os.environ.get("OPENID_CLAIM_USCC", "credit_code"),
        "name": os.environ.get("OPENID_CLAIM_ORGANISATION", "organisation_name"),
        "legal_representative": os.environ.get("OPENID_CLAIM_LEGAL_REPRESENTATIVE", "legal_representative"),
    }


def electronic_licence() -> dict[str, str]:
    """The service of electronic licences: its address, our number there, and the key it signs with (PEM)."""
    key_file = os.environ.get("LICENCE_KEY_FILE", "")
    return {
        "url": os.environ.get("LICENCE_URL", "").rstrip("/"),
        "client_id": os.environ.get("LICENCE_CLIENT_ID", ""),
        "public_key": Path(key_file).read_text("ascii") if key_file else "",
    }


def content_security_policy(providers: dict[str, Any]) -> dict[str, Any]:
    """Everything from here; forms also to the providers that a sign-in leads to, as browsers ask after a redirect."""
    apps = providers.get("openid", {}).get("APPS", [])
    issuers = [urlsplit(app["settings"]["server_url"]) for app in apps]
    here = "'self'"
    return {
        "DIRECTIVES": {
            "default-src": [here],
            "script-src": [here],
            "style-src": [here],
            "img-src": [here, "data:"],
            "object-src": ["'none'"],
            "frame-src": [here],
            "frame-ancestors": [here],
            "base-uri": ["'none'"],
            "form-action": [here, *(f"{issuer.scheme}://{issuer.netloc}" for issuer in issuers)],
        }
    }
