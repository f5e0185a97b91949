"""Handlers of this app's jobs."""

from portal.core import clock
from review.decisions.services.bulk import conclude_in_background, decide_in_background
from review.decisions.services.long_lists import approve_in_background, publish_in_background, withdraw_in_background
from review.decisions.services.overdue import watch_corrections

__all__ = [
    "approve_in_background",
    "conclude_in_background",
    "decide_in_background",
    "publish_in_background",
    "watch_days_of_correction",
    "withdraw_in_background",
]


def watch_days_of_correction() -> None:
    """Every night: remind of corrections whose day comes or is past."""
    watch_corrections(on=clock.today())
