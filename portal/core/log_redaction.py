"""Logs name no secrets: the tokens of links (password reset, invitation, calendar) are struck out of every line."""

import logging
import re

_SECRET = re.compile(r"((?:/password/reset/key|/me/join|/calendar)/)[^/?\s\"']+")


def redacted(text: str) -> str:
    """The text with the token of each link struck out."""
    return _SECRET.sub(r"\1***", text)


class RedactingFilter(logging.Filter):
    """For handlers: strikes secrets out of a record's message."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if (clean := redacted(text)) != text:
            record.msg, record.args = clean, ()
        return True
