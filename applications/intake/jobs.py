"""The background work of receiving files. Each may run any number of times, and be killed anywhere."""

from applications.intake.services.archives import open_archive as open_archive_of
from applications.intake.services.receiving import forget_old_uploads


def open_archive(incoming: int) -> None:
    """Take what is in an uploaded archive into its claim."""
    open_archive_of(incoming)


def expire() -> None:
    """Every day: delete uploads that nobody continued."""
    forget_old_uploads()
