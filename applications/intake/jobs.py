"""The background work of receiving files. Each may run any number of times, and be killed anywhere."""

from applications.intake.services.opening import open_incoming
from applications.intake.services.receiving import forget_old_uploads


def open_files(incoming: int) -> None:
    """Take what is in an upload into its claim, or into those whose numbers it names."""
    open_incoming(incoming)


def expire() -> None:
    """Every day: delete uploads that nobody continued."""
    forget_old_uploads()
