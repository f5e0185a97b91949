"""What an officer's desk adds to the daily summary."""

from datetime import date, timedelta

from django.db.models import Count, Q

from portal.accounts.models import User
from portal.notifications.digest import DigestLine
from review.decisions.selectors.queue import COUNT_LIMIT, late_work, overdue_before, queues_of


def desk_lines(user: User, on: date) -> list[DigestLine]:
    """Each of the person's queues on a day: claims, those whose last working day is tomorrow, those that are late."""
    tomorrow, after = overdue_before(on + timedelta(days=1)), overdue_before(on + timedelta(days=2))
    unclocked = Q(whole_due_on=None, status_since__gte=tomorrow, status_since__lt=after)
    lines = []
    for work in queues_of(user):
        counted = (
            work.claims(user)
            .order_by()[: COUNT_LIMIT + 1]
            .aggregate(
                count=Count("pk"),
                due=Count("pk", filter=Q(step_due_on=on + timedelta(days=1)) | unclocked),
                late=Count("pk", filter=late_work(on)),
            )
        )
        lines.append(DigestLine(work.label, **counted))
    return lines
