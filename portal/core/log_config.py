"""How the portal writes its logs; read by the settings, so it imports nothing of the portal."""

from typing import Any


def log_config(*, level: str, form: str) -> dict[str, Any]:
    """The LOGGING of the settings; `form` is "json", one document a line, or "plain", for people."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "portal.core.logs.JsonFormatter"},
            "plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        },
        "filters": {"no_secrets": {"()": "portal.core.log_redaction.RedactingFilter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form, "filters": ["no_secrets"]}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "fontTools": {"level": "ERROR"},
            "pikepdf": {"level": "WARNING"},
            "weasyprint.progress": {"level": "WARNING"},
        },
    }
