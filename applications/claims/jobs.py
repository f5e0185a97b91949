"""The claims' background work. Each may run any number of times, and be killed anywhere."""

from applications.claims.services.reminders import remind_of_drafts
from applications.claims.services.replay import replay_assessments
from portal.core import clock
from portal.jobs.progress import report_progress


def replay() -> None:
    """Every night: ask all stored questions again; what differs stands on the auditor's and administrator's page."""
    replay_assessments(progress=report_progress)


def remind_drafts() -> None:
    """Every night: remind of drafts whose call closes soon."""
    remind_of_drafts(on=clock.today(), progress=report_progress)
