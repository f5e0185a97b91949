"""When a message that does not press may go out: not within a person's quiet hours, which may span midnight."""

from datetime import datetime, time, timedelta

from django.utils import timezone


def quiet_until(at: datetime, *, first: int | None, last: int | None) -> datetime | None:
    """The end of the quiet hours in which a moment lies; None outside them.

    Quiet from `first` o'clock until `last` o'clock, hours of the portal's time zone; none where they are equal or not
    set.
    """
    if first is None or last is None or first == last:
        return None
    local = timezone.localtime(at)
    hour = local.hour
    quiet = first <= hour < last if first < last else hour >= first or hour < last
    if not quiet:
        return None
    day = local.date() + timedelta(days=1 if hour >= last else 0)
    return datetime.combine(day, time(last), tzinfo=local.tzinfo)
