"""A month as a stretch of local time."""

from datetime import date, datetime

from django.utils import timezone


def month_bounds(first: date) -> tuple[datetime, datetime]:
    """The first moment of a month, and that of the next, in local time."""
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    start, end = (datetime(day.year, day.month, day.day) for day in (first, after))  # noqa: DTZ001 - made aware at once
    return timezone.make_aware(start), timezone.make_aware(end)
