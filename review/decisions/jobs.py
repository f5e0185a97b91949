"""Handlers of this app's jobs."""

from django.utils import timezone

from review.decisions.services.bulk import decide_in_background
from review.decisions.services.long_lists import approve_in_background
from review.decisions.services.overdue import watch_corrections

__all__ = ["approve_long_list", "decide_in_background", "watch_days_of_correction"]


def approve_long_list(publicity_id: int, user_id: int, key: str) -> None:
    """Approve every claim of a publicity list that nothing holds back."""
    approve_in_background(publicity_id, user_id, key)


def watch_days_of_correction() -> None:
    """Every night: remind of corrections whose day comes or is past."""
    watch_corrections(on=timezone.localdate())
