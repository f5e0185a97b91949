"""The mandates' nightly look."""

from applications.mandates.services import remind_of_ends
from portal.core import clock
from portal.jobs.progress import report_progress


def remind() -> None:
    """Remind both sides of mandates that end soon, and tell of those that ended."""
    remind_of_ends(on=clock.today(), progress=report_progress)
