"""Which provider carries the messages of each channel, read from the environment."""

import os

from django.core.exceptions import ImproperlyConfigured

_FOLDER = "portal.notifications.providers"
_FILE, _WEBHOOK = f"{_FOLDER}.FileProvider", f"{_FOLDER}.WebhookProvider"
_KNOWN = {"SMS_PROVIDER": {"": "", "file": _FILE}, "CHAT_PROVIDER": {"": "", "file": _FILE, "webhook": _WEBHOOK}}


def message_providers(*, default: str) -> dict[str, str]:
    """The provider's class by channel, empty where a channel is not offered.

    Raises ImproperlyConfigured for a provider that nobody knows, and a webhook without an http address.
    """
    chosen = {}
    for name, known in _KNOWN.items():
        value = os.environ.get(name, default)
        if value not in known:
            raise ImproperlyConfigured(f"{name} is {value!r}; it may be one of {sorted(known)}.")
        chosen[name] = known[value]
    address = os.environ.get("CHAT_WEBHOOK_URL", "")
    if chosen["CHAT_PROVIDER"] == _WEBHOOK and not address.startswith(("http://", "https://")):
        raise ImproperlyConfigured("CHAT_WEBHOOK_URL is not an http address; CHAT_PROVIDER=webhook needs one.")
    return {
        "email": f"{_FOLDER}.MailProvider",
        "sms": chosen["SMS_PROVIDER"],
        "chat": chosen["CHAT_PROVIDER"],
    }
