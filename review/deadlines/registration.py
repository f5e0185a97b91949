"""What the app registers: its nightly job, and its part of the daily summary."""

from portal.core import clock
from portal.jobs.kinds import JOB_KINDS, JobKind
from portal.notifications.digest import DIGEST_PARTS
from review.deadlines.services import supervised_lines, watch_deadlines


def watch() -> None:
    """Every night."""
    watch_deadlines(on=clock.today())


JOB_KINDS.add("review.deadlines", JobKind("办理期限", watch, is_daily=True))
DIGEST_PARTS.add("review.deadlines", supervised_lines)
