"""Handlers of this app's jobs."""

from review.decisions.services.bulk import decide_in_background
from review.decisions.services.long_lists import approve_in_background

__all__ = ["approve_long_list", "decide_in_background"]


def approve_long_list(publicity_id: int, user_id: int, key: str) -> None:
    """Approve every claim of a publicity list that nothing holds back."""
    approve_in_background(publicity_id, user_id, key)
