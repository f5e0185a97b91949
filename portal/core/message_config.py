"""What carries the messages of each channel, read from the environment.

SMS_PROVIDER and CHAT_PROVIDER: "file" writes lines of JSON into MESSAGE_DIR for the office's gateway, "webhook" (of the
chat) posts to CHAT_WEBHOOK_URL, signed with CHAT_WEBHOOK_SECRET; empty: the channel is not offered.
"""

import os

from django.core.exceptions import ImproperlyConfigured

from portal.core.env import env_flag, env_int

__all__ = [
    "CHAT_WEBHOOK_SECRET",
    "CHAT_WEBHOOK_URL",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_HOST",
    "EMAIL_HOST_PASSWORD",
    "EMAIL_HOST_USER",
    "EMAIL_PORT",
    "EMAIL_TIMEOUT",
    "EMAIL_USE_TLS",
    "QUIET_HOURS",
]

EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = env_int("EMAIL_PORT", 25)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_flag("EMAIL_USE_TLS")
# A mail server that does not answer must not hold a worker.
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "portal@localhost")
CHAT_WEBHOOK_URL = os.environ.get("CHAT_WEBHOOK_URL", "")
CHAT_WEBHOOK_SECRET = os.environ.get("CHAT_WEBHOOK_SECRET", "")
# Whether what does not press waits for the morning, by the hours that each person sets (22 to 7 unless changed).
QUIET_HOURS = env_flag("QUIET_HOURS", default=True)
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
    if chosen["CHAT_PROVIDER"] == _WEBHOOK and not CHAT_WEBHOOK_URL.startswith(("http://", "https://")):
        raise ImproperlyConfigured("CHAT_WEBHOOK_URL is not an http address; CHAT_PROVIDER=webhook needs one.")
    return {
        "email": f"{_FOLDER}.MailProvider",
        "sms": chosen["SMS_PROVIDER"],
        "chat": chosen["CHAT_PROVIDER"],
    }
