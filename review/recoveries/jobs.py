"""The nightly look for what was not repaid in time."""

from portal.core import clock
from portal.core.actor import ActorContext
from review.recoveries.services.repayment import mark_overdue


def mark(**_: object) -> None:
    """Mark who is overdue today."""
    mark_overdue(act=ActorContext(user=None, at=clock.now()))
