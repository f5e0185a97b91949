"""The notice on personal data, version by version. A version that somebody agreed to never changes."""

import hashlib
from dataclasses import dataclass
from datetime import date

from django.template.loader import get_template


@dataclass(frozen=True, slots=True)
class PrivacyNotice:
    """A version of the notice: since when it holds, and the SHA-256 of its text."""

    version: str
    since: date
    sha256: str

    @property
    def template(self) -> str:
        """The template that holds its text."""
        return f"privacy/notices/{self.version}.html"

    def text_hash(self) -> str:
        """SHA-256 of the text as it stands in the template."""
        return hashlib.sha256(get_template(self.template).template.source.encode()).hexdigest()  # type: ignore[attr-defined]


# The oldest first. A new version is a new entry with a new template: everybody is asked again at their next sign-in.
NOTICES = [
    PrivacyNotice("2026-12", date(2026, 12, 1), "50652b0ccd73087b6ce750e8602b38f91665bc978742d68cc5e94efb71ce1fdf"),
]


def current_notice() -> PrivacyNotice:
    """The version that holds now."""
    return NOTICES[-1]


def notice_of(version: str) -> PrivacyNotice | None:
    """The version of this name."""
    return next((notice for notice in NOTICES if notice.version == version), None)
