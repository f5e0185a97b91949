"""Handlers of this app's jobs."""

from portal.core import clock
from review.assignments.services.suspensions import watch_suspensions


def watch_days_of_suspension() -> None:
    """Every night: remind of suspended claims whose day came, and resume those that have rested long enough."""
    watch_suspensions(on=clock.today())
